package abandonedsend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

func orDone(ctx context.Context, in <-chan int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for {
			select {
			case <-ctx.Done():
				return
			case v, ok := <-in:
				if !ok {
					return
				}
				select {
				case out <- v:
				case <-ctx.Done():
				}
			}
		}
	}()
	return out
}

// Errors on one channel with room for all, the end on another.
func OkErrsAndDone() {
	var wg sync.WaitGroup
	errs := make(chan error, len(addresses))
	done := make(chan struct{})
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := refused(); err != nil {
				errs <- err
			}
		}()
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-errs:
		return
	case <-done:
	}
}

// The first error is enough; the others see that the context is over.
func OkFirstErrorCancels() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	errs := make(chan error)
	for range addresses {
		go func() {
			select {
			case errs <- refused():
			case <-ctx.Done():
			}
		}()
	}
	<-errs
}

// What was started is counted, and as much is received.
func OkPendingCounter() {
	results := make(chan int)
	pending := 0
	for range addresses {
		pending++
		go func() { results <- quickly() }()
	}
	for pending > 0 {
		use(<-results)
		pending--
	}
}

// All errors are taken before one is returned.
func OkErrorAfterDrain() {
	errs := make(chan error)
	go func() {
		defer close(errs)
		for range addresses {
			errs <- refused()
		}
	}()
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	_ = errors.Join(all...)
}

// A pipe whose writer closes it.
func OkPipe() {
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, r)
		done <- err
	}()
	fmt.Fprint(w, "x")
	w.Close()
	<-done
}

type dispatcher struct {
	handlers map[string]func(chan<- int)
}

// The function is in a map.
func OkHandlerMap() {
	d := dispatcher{handlers: map[string]func(chan<- int){"a": func(out chan<- int) { out <- 1 }}}
	out := make(chan int)
	go d.handlers["a"](out)
	use(<-out)
}

// The sender is behind an interface.
func OkInterface() {
	var s source = fixed{}
	out := make(chan int)
	go s.next(out)
	use(<-out)
}

// A method value is started, and awaited.
func OkMethodValue() {
	t := &task{done: make(chan int)}
	f := t.run
	go f()
	use(<-t.done)
}

func async[T any](f func() T) <-chan T {
	out := make(chan T, 1)
	go func() { out <- f() }()
	return out
}

// A generic helper with room for its result.
func OkGenericAsync() {
	a, b := async(quickly), async(refused)
	use(<-a)
	<-b
}

// One send in a loop of attempts, then out.
func OkRetry() {
	out := make(chan int, 1)
	go func() {
		for range 3 {
			if accepted() == nil {
				out <- 1
				return
			}
			time.Sleep(time.Millisecond)
		}
		out <- 0
	}()
	use(<-out)
}

// sync.OnceFunc closes once.
func OkOnceFunc() {
	stop := make(chan struct{})
	closeOnce := sync.OnceFunc(func() { close(stop) })
	defer closeOnce()
	go func() { <-stop }()
	if refused() != nil {
		closeOnce()
	}
}

// Two ways lead to the close, sync.Once lets one through.
func OkCloseTwiceByOnce() {
	var once sync.Once
	stop := make(chan struct{})
	halt := func() { once.Do(func() { close(stop) }) }
	go func() { <-stop }()
	defer halt()
	if refused() != nil {
		halt()
		return
	}
}

type job struct {
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
}

func newJob() *job {
	ctx, cancel := context.WithCancel(context.Background())
	j := &job{ctx: ctx, cancel: cancel, done: make(chan struct{})}
	go j.loop()
	return j
}

func (j *job) loop() {
	defer close(j.done)
	<-j.ctx.Done()
}

func (j *job) stop() {
	j.cancel()
	<-j.done
}

// The cancel function is a field, and is called by the method that stops.
func OkJob() {
	j := newJob()
	defer j.stop()
	if refused() != nil {
		return
	}
}

// Beats are dropped where nobody waits for them.
func OkHeartbeat() {
	done := make(chan struct{})
	beats := make(chan struct{}, 1)
	go func() {
		defer close(beats)
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				select {
				case beats <- struct{}{}:
				default:
				}
			}
		}
	}()
	<-beats
	close(done)
}

// Each send and receive of the stage may end with the context.
func OkOrDone() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	in := make(chan int, 3)
	in <- 1
	for v := range orDone(ctx, in) {
		use(v)
		break
	}
}

// One value goes out on two channels in any order: each is switched off by nil when it has been served.
func OkTee() {
	in := numbers(3)
	a, b := make(chan int), make(chan int)
	go func() {
		defer close(a)
		defer close(b)
		for v := range in {
			a, b := a, b
			for range 2 {
				select {
				case a <- v:
					a = nil
				case b <- v:
					b = nil
				}
			}
		}
	}()
	for v := range a {
		use(v, <-b)
	}
}

// After the timeout the goroutine is told to end, and is awaited.
func OkTimeoutThenWait() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	done := make(chan int)
	go func() {
		defer close(done)
		<-ctx.Done()
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
	}
	<-done
}

type worker struct{ stop chan struct{} }

func (w *worker) run() { <-w.stop }

// Each worker has a stop channel, and all are closed in a loop.
func OkWorkers() {
	var ws []*worker
	for range addresses {
		w := &worker{stop: make(chan struct{})}
		go w.run()
		ws = append(ws, w)
	}
	for _, w := range ws {
		close(w.stop)
	}
}

// A group of its own make.
func OkOwnGroup() {
	var g group
	for range addresses {
		g.goRun(refused)
	}
	_ = g.wait()
}

type notifier struct {
	mu sync.Mutex
	ch chan struct{}
}

func (n *notifier) wait() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ch
}

func (n *notifier) broadcast() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.ch)
	n.ch = make(chan struct{})
}

// A broadcast closes the channel and makes a new one.
func OkNotifier() {
	n := &notifier{ch: make(chan struct{})}
	c := n.wait()
	go n.broadcast()
	<-c
}

// Results under a lock.
func OkMutexResult() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	total := 0
	for range addresses {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			total++
		})
	}
	wg.Wait()
	mu.Lock()
	defer mu.Unlock()
	use(total)
}

// The result is sent by a deferred function, after a panic as well.
func OkSendInDefer() {
	errs := make(chan error)
	go func() {
		var err error
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("%v", r)
			}
			errs <- err
		}()
		if refused() != nil {
			panic("x")
		}
	}()
	<-errs
}

// As many places as the smaller of two numbers.
func OkMinWorkers() {
	n := min(4, len(addresses))
	sem := make(chan struct{}, n)
	var wg sync.WaitGroup
	for range addresses {
		sem <- struct{}{}
		wg.Add(1)
		go func() {
			defer func() { <-sem; wg.Done() }()
			use(1)
		}()
	}
	wg.Wait()
}

// The count is the length of a slice that was put together before.
func OkGrownSlice() {
	var pending []string
	for _, a := range addresses {
		if a != "b" {
			pending = append(pending, a)
		}
	}
	out := make(chan int, len(pending))
	for range pending {
		go func() { out <- 1 }()
	}
	for range pending {
		use(<-out)
	}
}

type batch struct{ items []string }

// The count is the length of a field.
func OkFieldCount() {
	b := &batch{items: addresses}
	out := make(chan int)
	for range b.items {
		go func() { out <- 1 }()
	}
	for i := 0; i < len(b.items); i++ {
		use(<-out)
	}
}

// Room for two sends of each.
func OkTwiceTheRoom() {
	out := make(chan int, 2*len(addresses))
	for range addresses {
		go func() {
			out <- 1
			out <- 2
		}()
	}
	use(<-out)
}

// Each sends a value or an error, and as many are received from both.
func OkCollectBoth() {
	values, errs := make(chan int), make(chan error)
	for range addresses {
		go func() {
			if err := refused(); err != nil {
				errs <- err
				return
			}
			values <- 1
		}()
	}
	for range addresses {
		select {
		case v := <-values:
			use(v)
		case <-errs:
		}
	}
}

// wg.Go: the consumer ends when the channel is closed, before Wait.
func OkWgGoDone() {
	var wg sync.WaitGroup
	c := make(chan int)
	wg.Go(func() {
		for v := range c {
			use(v)
		}
	})
	for i := range 3 {
		c <- i
	}
	close(c)
	wg.Wait()
}

// Each goroutine writes to its own element.
func OkByIndex() {
	errs := make([]error, len(addresses))
	var wg sync.WaitGroup
	for i := range addresses {
		wg.Go(func() { errs[i] = refused() })
	}
	wg.Wait()
}

type future struct {
	done  chan struct{}
	value int
}

func newFuture(f func() int) *future {
	fu := &future{done: make(chan struct{})}
	go func() {
		defer close(fu.done)
		fu.value = f()
	}()
	return fu
}

func (f *future) get(ctx context.Context) int {
	select {
	case <-f.done:
		return f.value
	case <-ctx.Done():
		return 0
	}
}

// A future is done whether anybody waits for it or not.
func OkFuture() {
	f := newFuture(slowly)
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	use(f.get(ctx))
}
