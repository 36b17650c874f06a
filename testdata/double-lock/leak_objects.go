package doublelock

import "sync"

// A method that locks calls another one that locks.
func LeakMethodCallsTwice() {
	c := &counter{}
	c.addTwice()
}

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add() {
	c.mu.Lock() // want "GLK402 .*mu is locked again"
	defer c.mu.Unlock()
	c.n++
}

func (c *counter) addTwice() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add()
	c.add()
}

// The lock is embedded, and locked again two calls below.
func LeakEmbedded() {
	r := &registry{names: map[string]int{}}
	r.register("a")
}

type registry struct {
	sync.Mutex
	names map[string]int
}

func (r *registry) register(name string) {
	r.Lock()
	defer r.Unlock()
	r.store(name)
}

func (r *registry) store(name string) {
	r.names[name] = r.size()
}

func (r *registry) size() int {
	r.Lock() // want "GLK402"
	defer r.Unlock()
	return len(r.names)
}
