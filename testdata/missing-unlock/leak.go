package missingunlock

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

var errClosed = errors.New("closed")

type store struct {
	mu     sync.Mutex
	data   map[string]int
	closed bool
}

func (s *store) take(key string) (int, error) {
	s.mu.Lock() // want "GLK403 missing-unlock: mu stays locked on a way out that does not unlock it"
	n, ok := s.data[key]
	if !ok {
		return 0, fmt.Errorf("no %s", key)
	}
	delete(s.data, key)
	s.mu.Unlock()
	return n, nil
}

// The error path returns with the lock held.
func LeakErrorPath() {
	s := &store{}
	_, _ = s.take("a")
	_, _ = s.take("a")
}

func (s *store) fill(keys []string) {
	for _, key := range keys {
		s.mu.Lock() // want "GLK403 .*mu stays locked"
		if s.closed {
			break
		}
		s.data[key]++
		s.mu.Unlock()
	}
}

// break leaves the loop with the lock held.
func LeakBreak() {
	s := &store{closed: true}
	s.fill([]string{"a"})
	s.fill([]string{"b"})
}

type pool struct {
	sync.RWMutex
	free []int
}

// What is called "acquire" holds nothing after an error.
func (p *pool) acquire() (int, error) {
	p.Lock() // want "GLK403 .*p stays locked"
	n := len(p.free)
	if n == 0 {
		return 0, errClosed
	}
	last := p.free[n-1]
	p.free = p.free[:n-1]
	p.Unlock()
	return last, nil
}

func LeakAcquire() {
	p := &pool{free: []int{1}}
	_, _ = p.acquire()
	_, _ = p.acquire()
	_, _ = p.acquire()
}

func (s *store) watch(done chan<- bool) {
	time.AfterFunc(time.Millisecond, func() {
		s.mu.Lock() // want "GLK403 .*mu stays locked"
		if s.closed {
			done <- false
			return
		}
		s.mu.Unlock()
		done <- true
	})
}

// A callback returns with the lock held.
func LeakCallback() {
	s := &store{closed: true}
	done := make(chan bool, 2)
	s.watch(done)
	<-done
	s.watch(done)
	<-done
}
