package missingunlock

import (
	"errors"
	"os"
	"sync"
)

type box struct {
	mu     sync.Mutex
	n      int
	closed bool
}

// Every path unlocks.
func (b *box) put(n int) error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return errors.New("closed")
	}
	b.n = n
	b.mu.Unlock()
	return nil
}

// The same condition locks and unlocks.
func (b *box) get(lock bool) int {
	if lock {
		b.mu.Lock()
	}
	n := b.n
	if lock {
		b.mu.Unlock()
	}
	return n
}

// Its caller unlocks.
func (b *box) lock() bool {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return false
	}
	return true
}

func (b *box) add(n int) {
	if !b.lock() {
		return
	}
	defer b.mu.Unlock()
	b.n += n
}

// A goroutine that it starts unlocks.
func (b *box) later(done chan<- bool) {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		done <- false
		return
	}
	go func() {
		b.n++
		b.mu.Unlock()
		done <- true
	}()
}

// The process ends.
func (b *box) must() {
	b.mu.Lock()
	if b.closed {
		os.Exit(1)
	}
	b.mu.Unlock()
}

// The deferred function unlocks what is still locked.
func (b *box) early() int {
	b.mu.Lock()
	isLocked := true
	defer func() {
		if isLocked {
			b.mu.Unlock()
		}
	}()
	if b.n == 0 {
		return 0
	}
	isLocked = false
	b.mu.Unlock()
	return 1
}

// It lets the lock of its caller go for a while.
func (b *box) breathe() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rest()
}

func (b *box) rest() {
	b.mu.Unlock()
	b.put(1)
	b.mu.Lock()
}

type shelf struct {
	mu    sync.Mutex
	boxes map[string]*box
}

// The object goes back locked.
func (s *shelf) find(name string) *box {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.boxes[name]
	if b == nil {
		return nil
	}
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	return b
}

// Only one of two locks: the flag says which.
func (b *box) move(to *box) {
	first, second := b, to
	if b.n > to.n {
		first, second = to, b
	}
	first.mu.Lock()
	second.mu.Lock()
	first.n, second.n = second.n, first.n
	second.mu.Unlock()
	first.mu.Unlock()
}

func OkBoxes() {
	b := &box{}
	_ = b.put(1)
	b.get(true)
	b.get(false)
	b.add(2)
	done := make(chan bool)
	go b.later(done)
	<-done
	b.must()
	b.early()
	b.breathe()
	b.move(&box{})
	s := &shelf{boxes: map[string]*box{"a": b}}
	if found := s.find("a"); found != nil {
		found.mu.Unlock()
	}
	b.closed = true
	_ = b.put(1)
	b.add(2)
	go b.later(done)
	<-done
}
