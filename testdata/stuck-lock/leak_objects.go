package stucklock

import "sync"

type lookup struct {
	mu   sync.RWMutex
	data map[string]int
}

func (c *lookup) get(key string) (int, bool) {
	c.mu.RLock() // want "GLK401"
	defer c.mu.RUnlock()
	v, ok := c.data[key]
	return v, ok
}

func (c *lookup) getOrSet(key string, f func() int) int {
	if v, ok := c.get(key); ok {
		return v
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v := f()
	c.data[key] = v
	return v
}

// The function that is called under the lock takes it for itself.
func LeakCallback() {
	c := &lookup{data: map[string]int{}}
	use(c.getOrSet("a", func() int {
		v, _ := c.get("b")
		return v
	}))
}

type catalog struct {
	mu    sync.Mutex
	items map[string]func()
}

func (r *catalog) each(f func(string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name := range r.items {
		f(name)
	}
}

func (r *catalog) remove(name string) {
	r.mu.Lock() // want "GLK401"
	defer r.mu.Unlock()
	delete(r.items, name)
}

func (r *catalog) withLock(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

// The loop runs under the lock, and its body takes it.
func LeakIterateAndRemove() {
	r := &catalog{items: map[string]func(){"a": func() {}}}
	r.each(func(name string) { r.remove(name) })
}
