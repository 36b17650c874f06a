package selectbreak

import (
	"context"
	"time"
)

func use(any) {}

// The break leaves the select, and the loop is entered again.
func consume(ctx context.Context, values <-chan int) {
	for {
		select {
		case v := <-values:
			use(v)
		case <-ctx.Done():
			use("done")
			break // want "GLK203 select-break: break leaves only the select: the loop goes on after ctx.Done"
		}
	}
}

// The channel is closed by a method of the type.
type worker struct {
	stop chan struct{}
	work chan int
}

func newWorker() *worker {
	w := &worker{stop: make(chan struct{}), work: make(chan int)}
	go w.run()
	return w
}

func (w *worker) run() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-w.stop:
			break // want "GLK203 .* w.stop"
		case n := <-w.work:
			if n < 0 {
				return
			}
		case <-ticker.C:
		}
		use(w)
	}
}

func (w *worker) close() { close(w.stop) }

// The context's channel has a name.
func poll(ctx context.Context, d time.Duration) {
	done := ctx.Done()
	for {
		select {
		case <-time.After(d):
		case <-done:
			break // want "GLK203 .* done"
		}
	}
}

func start(ctx context.Context, values <-chan int) {
	go consume(ctx, values)
	go poll(ctx, time.Second)
	newWorker().close()
}
