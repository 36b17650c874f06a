package unsignalledwait

import "sync"

type inflight struct {
	mu   sync.Mutex
	cond *sync.Cond
	n    int
}

func (f *inflight) begin() {
	f.mu.Lock()
	f.n++
	f.mu.Unlock()
}

func (f *inflight) end() {
	f.mu.Lock()
	f.n--
	if f.n == 0 {
		f.cond.Broadcast()
	}
	f.mu.Unlock()
}

func (f *inflight) wait() {
	f.mu.Lock()
	for f.n > 0 {
		f.cond.Wait()
	}
	f.mu.Unlock()
}

// What is under way is counted; the last one wakes those who wait for the end.
func OkInflight() {
	f := &inflight{}
	f.cond = sync.NewCond(&f.mu)
	for range addresses {
		f.begin()
		go f.end()
	}
	f.wait()
}

type stack struct {
	sync.Mutex
	*sync.Cond
	items []int
}

// Lock and Cond are embedded.
func OkEmbeddedCond() {
	s := &stack{}
	s.Cond = sync.NewCond(s)
	go func() {
		s.Lock()
		s.items = append(s.items, 1)
		s.Unlock()
		s.Signal()
	}()
	s.Lock()
	for len(s.items) == 0 {
		s.Wait()
	}
	s.Unlock()
}
