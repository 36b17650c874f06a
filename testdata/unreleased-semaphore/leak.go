package unreleasedsemaphore

import (
	"context"
	"errors"
)

// What is kept is out of sight: the functions of the type are all that is known of it.
var keep = func(any) {}

var errWrite = errors.New("write")

// An error returns without giving the place back.
type store struct {
	slots chan struct{}
}

func newStore() *store { return &store{slots: make(chan struct{}, 1)} }

func (s *store) put(write func() error) error {
	s.slots <- struct{}{} // want "GLK110 unreleased-semaphore: store.slots is not given back on every way: a later send on it may block for ever"
	if err := write(); err != nil {
		return err
	}
	<-s.slots
	return nil
}

func LeakError() {
	s := newStore()
	keep(s)
	for range 2 {
		keep(s.put(func() error { return errWrite }))
	}
}

// Taken in a select; the context does not help who is in a hurry elsewhere.
type pool struct {
	busy chan bool
}

func newPool(n int) *pool { return &pool{busy: make(chan bool, n)} }

func (p *pool) run(ctx context.Context, do func() bool) {
	select { // want "GLK110 .* pool.busy "
	case p.busy <- true:
	case <-ctx.Done():
		return
	}
	for range 3 {
		if do() {
			return
		}
	}
	<-p.busy
}

func LeakSelect() {
	p := newPool(1)
	keep(p)
	for range 2 {
		p.run(context.Background(), func() bool { return true })
	}
}
