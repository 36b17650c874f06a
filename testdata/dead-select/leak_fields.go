package deadselect

import "context"

// The context is made after its object, and stored in a field of it; nobody closes.
type feed struct {
	ctx    context.Context
	cancel context.CancelFunc
	events chan int
}

func newFeed() *feed {
	f := &feed{events: make(chan int)}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	go f.loop()
	return f
}

func (f *feed) loop() {
	for i := 0; ; i++ {
		select { // want "GLK201"
		case f.events <- i:
		case <-f.ctx.Done():
			return
		}
	}
}

func LeakContextStoredLater() {
	f := newFeed()
	use(<-f.events)
	if refused() != nil {
		return
	}
	f.cancel()
}
