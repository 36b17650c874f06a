package unsignalledwait

import "sync"

// The reader's side of an RWMutex is the lock.
func LeakReadLock() {
	var mu sync.RWMutex
	cond := sync.NewCond(mu.RLocker())
	mu.RLock()
	for refused() != nil {
		cond.Wait() // missed "GLK303"
	}
	mu.RUnlock()
}
