package deadselect

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"time"
)

// The stop channel is closed by a defer.
func OkDeferredClose() {
	values, stop := make(chan int), make(chan struct{})
	defer close(stop)
	go func() {
		for {
			select {
			case v := <-values:
				use(v)
			case <-stop:
				return
			}
		}
	}()
	if refused() != nil {
		return
	}
	values <- 1
}

// A deferred closure closes and waits.
func OkDeferredClosure() {
	values, stop, stopped := make(chan int), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case v := <-values:
				use(v)
			case <-stop:
				return
			}
		}
	}()
	defer func() {
		close(stop)
		<-stopped
	}()
	values <- 1
}

// The cancel is deferred.
func OkDeferredCancel() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	values := make(chan int)
	go func() {
		for {
			select {
			case v := <-values:
				use(v)
			case <-ctx.Done():
				return
			}
		}
	}()
	if refused() != nil {
		return
	}
	values <- 1
}

// A timeout ends the wait.
func OkTimeout() {
	never := make(chan int)
	select {
	case v := <-never:
		use(v)
	case <-time.After(time.Millisecond):
	}
}

// A context with a deadline ends by itself.
func OkDeadline() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	never := make(chan int)
	select {
	case v := <-never:
		use(v)
	case <-ctx.Done():
	}
}

// A parent's end is a child's end.
func OkParent() {
	parent, cancel := context.WithCancel(context.Background())
	defer cancel()
	ctx, cancelChild := context.WithCancel(parent)
	never := make(chan int)
	go func() {
		defer cancelChild()
		select {
		case v := <-never:
			use(v)
		case <-ctx.Done():
		}
	}()
}

// Nobody waits where there is a default.
func OkDefault() {
	never := make(chan int)
	select {
	case v := <-never:
		use(v)
	default:
	}
}

// A ticker, and a stop that comes.
func OkTicker() {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				use(1)
			case <-stop:
				return
			}
		}
	}()
	time.Sleep(2 * time.Millisecond)
	close(stop)
}

// A signal from outside may come.
func OkSignal() {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	done := make(chan struct{})
	go func() {
		defer close(done)
		use(1)
	}()
	select {
	case <-interrupts:
	case <-done:
	}
}

// The two channels are merged; each is switched off when it is closed.
func OkMerge() {
	left, right := source(2), source(3)
	for left != nil || right != nil {
		select {
		case v, more := <-left:
			if !more {
				left = nil
				continue
			}
			use(v)
		case v, more := <-right:
			if !more {
				right = nil
				continue
			}
			use(v)
		}
	}
}

func source(n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := range n {
			out <- i
		}
	}()
	return out
}

// The loop's channels are those of a caller.
func forward(ctx context.Context, in <-chan int, out chan<- int) {
	for {
		select {
		case v, more := <-in:
			if !more {
				return
			}
			select {
			case out <- v:
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

func OkForward() {
	ctx, cancel := context.WithCancel(context.Background())
	out := make(chan int)
	go forward(ctx, source(3), out)
	for range 3 {
		use(<-out)
	}
	cancel()
}

// The value or the error: each path of the sender sends one.
func OkValueOrError() {
	values, errs := make(chan int), make(chan error)
	go func() {
		if err := refused(); err != nil {
			errs <- err
			return
		}
		values <- 1
	}()
	select {
	case v := <-values:
		use(v)
	case err := <-errs:
		_ = err
	}
}

// A server object: its loop is stopped by Close.
type hub struct {
	join chan int
	quit chan struct{}
	once sync.Once
	wg   sync.WaitGroup
}

func newHub() *hub {
	h := &hub{join: make(chan int), quit: make(chan struct{})}
	h.wg.Go(h.loop)
	return h
}

func (h *hub) loop() {
	for {
		select {
		case n := <-h.join:
			use(n)
		case <-h.quit:
			return
		}
	}
}

func (h *hub) Join(n int) {
	select {
	case h.join <- n:
	case <-h.quit:
	}
}

func (h *hub) Close() {
	h.once.Do(func() { close(h.quit) })
	h.wg.Wait()
}

func OkHub() {
	h := newHub()
	defer h.Close()
	h.Join(1)
	if refused() != nil {
		return
	}
	h.Join(2)
}

// The object is kept by a package variable: others use it.
var central *hub

func OkKeptElsewhere() {
	central = newHub()
	central.Join(1)
	central.Close()
}

// A request with a reply: the loop answers, or is over.
type question struct{ reply chan int }

func OkReply() {
	questions, quit := make(chan question), make(chan struct{})
	go func() {
		for {
			select {
			case q := <-questions:
				q.reply <- 1
			case <-quit:
				return
			}
		}
	}()
	q := question{reply: make(chan int, 1)}
	select {
	case questions <- q:
		use(<-q.reply)
	case <-time.After(time.Minute):
	}
	close(quit)
}

// A labelled break leaves the loop when the producer has closed.
func OkLabelledBreak() {
	in := source(3)
	over := make(chan struct{})
	defer close(over)
read:
	for {
		select {
		case v, more := <-in:
			if !more {
				break read
			}
			use(v)
		case <-over:
			return
		}
	}
}

// All workers are told by one close.
func OkWorkers() {
	var wg sync.WaitGroup
	jobs, quit := make(chan int), make(chan struct{})
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				select {
				case job := <-jobs:
					use(job)
				case <-quit:
					return
				}
			}
		}()
	}
	for i := range 5 {
		jobs <- i
	}
	close(quit)
	wg.Wait()
}

// A conditional start, and a stop under the same condition.
func OkConditionalDefer() {
	watch := len(addresses) > 1
	if watch {
		changes, stop := make(chan int), make(chan struct{})
		go func() {
			select {
			case c := <-changes:
				use(c)
			case <-stop:
			}
		}()
		defer close(stop)
	}
	if refused() != nil {
		return
	}
	use(1)
}

// context.AfterFunc wakes a loop.
func OkAfterFuncOfContext() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	wake, never := make(chan struct{}), make(chan int)
	stop := context.AfterFunc(ctx, func() { close(wake) })
	defer stop()
	go func() {
		select {
		case <-wake:
		case v := <-never:
			use(v)
		case <-ctx.Done():
		}
	}()
}

// A case is switched off by nil until there is something to send.
func OkDisabledCase() {
	in, out := make(chan int), make(chan int)
	done := make(chan struct{})
	go func() {
		defer close(done)
		use(<-out)
	}()
	go func() {
		var ready chan int
		value := 0
		for {
			select {
			case v := <-in:
				value, ready = v, out
			case ready <- value:
				return
			}
		}
	}()
	in <- 1
	<-done
}
