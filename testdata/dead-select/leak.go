package deadselect

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// The loop is never told to stop: the function returns before it closes.
func LeakNeverStopped() {
	_ = serve()
}

func serve() error {
	values, stop := make(chan int), make(chan struct{})
	go func() {
		for {
			select { // want "GLK201 dead-select: select on values, stop blocks for ever: no case can come true"
			case v := <-values:
				use(v)
			case <-stop:
				return
			}
		}
	}()
	if err := refused(); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	values <- 1
	close(stop)
	return nil
}

// Two results, one of which comes.
func LeakBothFail() {
	left, right := make(chan int), make(chan int)
	go func() {
		if refused() == nil {
			left <- 1
		}
	}()
	go func() {
		if refused() == nil {
			right <- 2
		}
	}()
	select { // want "GLK201 .* select on left, right "
	case v := <-left:
		use(v)
	case v := <-right:
		use(v)
	}
}

// The value is sent or the sender is stopped; the receiver has gone, and stop is never closed.
func LeakSender() {
	values, stop := make(chan int), make(chan struct{})
	go func() {
		for i := 0; ; i++ {
			select { // want "GLK201 .* select on values, stop "
			case values <- i:
			case <-stop:
				return
			}
		}
	}()
	use(<-values)
	if refused() != nil {
		return
	}
	close(stop)
}

// The context is cancelled on one path only.
func LeakCancelOnOnePath() {
	ctx, cancel := context.WithCancel(context.Background())
	ticks := make(chan int)
	go func() {
		for {
			select { // want "GLK201"
			case <-ctx.Done():
				return
			case t := <-ticks:
				use(t)
			}
		}
	}()
	ticks <- 1
	if refused() != nil {
		return
	}
	cancel()
}

// A named function gets both channels; nobody uses the other end of either.
func LeakNamedLoop() {
	in, quit := make(chan int), make(chan struct{})
	go loop(in, quit)
	time.Sleep(time.Millisecond)
}

func loop(in <-chan int, quit <-chan struct{}) {
	for {
		select { // want "GLK201"
		case v := <-in:
			use(v)
		case <-quit:
			return
		}
	}
}

// The loop is a method of a local value, whose close is not called.
func LeakMethod() {
	b := &broker{messages: make(chan int), done: make(chan struct{})}
	go b.run()
	b.messages <- 1
}

type broker struct {
	messages chan int
	done     chan struct{}
}

func (b *broker) run() {
	for {
		select { // want "GLK201 .* select on messages, done "
		case m := <-b.messages:
			use(m)
		case <-b.done:
			return
		}
	}
}

func (b *broker) close() { close(b.done) }

// Two loops wait for each other.
func LeakEachOther() {
	ping, pong, over := make(chan int), make(chan int), make(chan struct{})
	go func() {
		select { // want "GLK201"
		case <-ping:
			pong <- 1
		case <-over:
		}
	}()
	go func() {
		select { // want "GLK201"
		case <-pong:
			ping <- 1
		case <-over:
		}
	}()
}

// Two channels that nobody makes.
func LeakNilCases() {
	var first, second chan int
	go func() {
		select { // want "GLK201"
		case v := <-first:
			use(v)
		case v := <-second:
			use(v)
		}
	}()
}

// wg.Go: the worker waits for work or for the end, and gets neither.
func LeakWaitGroupGo() {
	var wg sync.WaitGroup
	work, end := make(chan int), make(chan struct{})
	wg.Go(func() {
		for {
			select { // want "GLK201"
			case w := <-work:
				use(w)
			case <-end:
				return
			}
		}
	})
	work <- 1
	wg.Wait()
	close(end)
}

// A labelled break leaves the producer's loop without closing.
func LeakLabelledBreak() {
	items, done := make(chan int), make(chan struct{})
	go func() {
		for {
			select { // want "GLK201"
			case item := <-items:
				use(item)
			case <-done:
				return
			}
		}
	}()
produce:
	for i := range 3 {
		switch {
		case refused() != nil:
			break produce
		default:
			items <- i
		}
	}
	if accepted() != nil {
		close(done)
	}
}
