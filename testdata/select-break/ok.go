package selectbreak

import (
	"context"
	"time"
)

// The label makes it leave the loop.
func labelled(ctx context.Context, values <-chan int) {
loop:
	for {
		select {
		case v := <-values:
			use(v)
		case <-ctx.Done():
			break loop
		}
	}
}

// What follows the select ends the loop.
func asked(ctx context.Context, values <-chan int) {
	for {
		select {
		case v := <-values:
			use(v)
		case <-ctx.Done():
			break
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// The loop has a condition.
func conditional(ctx context.Context, values <-chan int) {
	for ctx.Err() == nil {
		select {
		case v := <-values:
			use(v)
		case <-ctx.Done():
			break
		}
	}
}

// No loop is around it.
func once(ctx context.Context, values <-chan int) {
	select {
	case v := <-values:
		use(v)
	case <-ctx.Done():
		break
	}
}

// A value says nothing of the next.
type counter struct {
	wake chan struct{}
	quit chan struct{}
}

func newCounter() *counter {
	c := &counter{wake: make(chan struct{}), quit: make(chan struct{})}
	go c.run()
	return c
}

func (c *counter) run() {
	for {
		select {
		case <-c.wake:
			break
		case <-time.After(time.Second):
			break
		case <-c.quit:
			return
		}
		use(c)
	}
}

func (c *counter) inc()   { c.wake <- struct{}{} }
func (c *counter) close() { close(c.quit) }

// The case is turned off, so that what is left can come in.
func drain(ctx context.Context, values <-chan int) {
	done := ctx.Done()
	for {
		select {
		case v, ok := <-values:
			if !ok {
				return
			}
			use(v)
		case <-done:
			done = nil
			break
		}
	}
}

// The loop goes round a fixed number of times.
func rounds(ctx context.Context, values <-chan int) {
	for range 3 {
		select {
		case v := <-values:
			use(v)
		case <-ctx.Done():
			break
		}
	}
}

func startAll(ctx context.Context, values <-chan int) {
	go labelled(ctx, values)
	go asked(ctx, values)
	go conditional(ctx, values)
	go once(ctx, values)
	go drain(ctx, values)
	go rounds(ctx, values)
	c := newCounter()
	c.inc()
	c.close()
}
