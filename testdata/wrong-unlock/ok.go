package wrongunlock

import "sync"

type store struct {
	mu    sync.RWMutex
	plain sync.Mutex
	items map[string]int
}

// Each lock is given back by its own method.
func OkPairs() {
	s := &store{items: map[string]int{}}
	s.mu.Lock()
	s.items["a"] = 1
	s.mu.Unlock()
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.plain.Lock()
	defer s.plain.Unlock()
	_ = s.items["a"]
}

// The read lock is given up for the write lock, and that for a read lock again.
func OkUpgrade() {
	s := &store{items: map[string]int{}}
	s.mu.RLock()
	if _, ok := s.items["a"]; ok {
		s.mu.RUnlock()
		return
	}
	s.mu.RUnlock()
	s.mu.Lock()
	s.items["a"] = 1
	s.mu.Unlock()
	s.mu.RLock()
	s.mu.RUnlock()
}

// Which one it is depends on a flag, in the same way at both ends.
func OkFlag() {
	s := &store{}
	for _, write := range []bool{true, false} {
		if write {
			s.mu.Lock()
		} else {
			s.mu.RLock()
		}
		if write {
			s.mu.Unlock()
		} else {
			s.mu.RUnlock()
		}
	}
}

// The Locker of a read lock is unlocked by RUnlock behind the same word.
func OkLocker() {
	s := &store{}
	l := s.mu.RLocker()
	l.Lock()
	l.Unlock()
	s.mu.RLocker().Lock()
	s.mu.RUnlock()
}

// Two locks of one type.
func OkTwoObjects() {
	a, b := &store{}, &store{}
	a.mu.RLock()
	b.mu.Lock()
	b.mu.Unlock()
	a.mu.RUnlock()
}

// Held in two ways by two goroutines: a lock that another one took is given back for it.
func OkHandedOver() {
	s := &store{}
	s.mu.Lock()
	done := make(chan bool)
	go func() {
		s.mu.Unlock()
		close(done)
	}()
	<-done
}

func (s *store) lock(write bool) func() {
	if write {
		s.mu.Lock()
		return s.mu.Unlock
	}
	s.mu.RLock()
	return s.mu.RUnlock
}

// A function gives back what fits.
func OkReturned() {
	s := &store{}
	defer s.lock(true)()
	_ = s.items
}

// The variable is another table's after the loop.
func OkReassigned() {
	a, b := &store{}, &store{}
	current := a
	current.mu.RLock()
	current = b
	current.mu.Lock()
	current.mu.Unlock()
	a.mu.RUnlock()
}
