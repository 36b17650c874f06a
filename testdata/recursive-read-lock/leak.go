package recursivereadlock

import (
	"fmt"
	"sync"
	"time"
)

type registry struct {
	mu    sync.RWMutex
	names map[string]int
}

func (r *registry) has(name string) bool {
	r.mu.RLock() // want "GLK404 recursive-read-lock: mu is read-locked again while the same goroutine holds its read lock"
	defer r.mu.RUnlock()
	return r.names[name] > 0
}

func (r *registry) hasAll(names ...string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	time.Sleep(20 * time.Millisecond)
	for _, name := range names {
		if !r.has(name) {
			return false
		}
	}
	return true
}

func (r *registry) add(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names = map[string]int{name: 1}
}

// A writer comes between the two read locks.
func LeakReadInRead() {
	r := &registry{}
	go func() {
		time.Sleep(5 * time.Millisecond)
		r.add("a")
	}()
	r.hasAll("a", "b")
}

type cache struct {
	sync.RWMutex
	size int
}

func (c *cache) String() string {
	c.RLock() // want "GLK404 .*c is read-locked again"
	defer c.RUnlock()
	return fmt.Sprint(c.size)
}

func (c *cache) show() {
	c.RLock()
	defer c.RUnlock()
	time.Sleep(20 * time.Millisecond)
	fmt.Println(c)
}

func (c *cache) grow() {
	c.Lock()
	c.size++
	c.Unlock()
}

// Package fmt calls the String method of what it prints.
func LeakStringer() {
	c := &cache{}
	go func() {
		time.Sleep(5 * time.Millisecond)
		c.grow()
	}()
	c.show()
}

type executor struct {
	changed *sync.Cond
	mu      sync.RWMutex
	config  string
}

func newExecutor() *executor {
	e := &executor{}
	e.changed = sync.NewCond(e.mu.RLocker())
	return e
}

func (e *executor) current() string {
	e.mu.RLock() // want "GLK404 .*mu is read-locked again"
	defer e.mu.RUnlock()
	return e.config
}

func (e *executor) run() {
	e.changed.L.Lock()
	defer e.changed.L.Unlock()
	time.Sleep(20 * time.Millisecond)
	fmt.Println(e.current())
}

func (e *executor) set(config string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.config = config
	e.changed.Broadcast()
}

// The lock of the Cond is the read lock.
func LeakCondOfReader() {
	e := newExecutor()
	go func() {
		time.Sleep(5 * time.Millisecond)
		e.set("new")
	}()
	e.run()
}
