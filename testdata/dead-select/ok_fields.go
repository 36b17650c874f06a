package deadselect

import "context"

type watcher struct {
	ctx    context.Context
	cancel context.CancelFunc
	events chan int
}

func newWatcher(parent context.Context) *watcher {
	w := &watcher{events: make(chan int)}
	w.ctx, w.cancel = context.WithCancel(parent)
	go w.loop()
	return w
}

func (w *watcher) loop() {
	defer close(w.events)
	for i := 0; ; i++ {
		select {
		case w.events <- i:
		case <-w.ctx.Done():
			return
		}
	}
}

func (w *watcher) Close() { w.cancel() }

// The context and its cancel function are fields, and Close is deferred.
func OkWatcher() {
	w := newWatcher(context.Background())
	defer w.Close()
	for e := range w.events {
		if e == 2 {
			return
		}
	}
}
