package recursivereadlock

import "sync"

type fixed struct {
	mu    sync.RWMutex
	names map[string]int
}

// Nobody ever writes: two read locks do no harm.
func (f *fixed) has(name string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.names[name] > 0
}

func (f *fixed) hasBoth(a, b string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.has(a) && f.has(b)
}

func OkNoWriter() {
	f := &fixed{}
	f.hasBoth("a", "b")
}

type pair struct {
	mu    sync.RWMutex
	other *pair
	n     int
}

func (p *pair) get() int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.n
}

func (p *pair) set(n int) {
	p.mu.Lock()
	p.n = n
	p.mu.Unlock()
}

// The second read lock is that of another object.
func (p *pair) sum() int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.other == nil {
		return p.n
	}
	return p.n + p.other.get()
}

// The first read lock is over.
func (p *pair) twice() int {
	p.mu.RLock()
	n := p.n
	p.mu.RUnlock()
	return n + p.get()
}

func OkPair() {
	p := &pair{other: &pair{}}
	p.set(1)
	p.sum()
	p.twice()
}
