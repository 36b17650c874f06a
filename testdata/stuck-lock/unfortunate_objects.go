package stucklock

import "sync"

// A helper that runs a function under the lock, within itself.
type guarded struct{ mu sync.Mutex }

func (g *guarded) do(f func()) {
	g.mu.Lock() // missed "GLK401"
	defer g.mu.Unlock()
	f()
}

func LeakWithLock() {
	g := &guarded{}
	g.do(func() {
		g.do(func() { use(1) })
	})
}
