package unsignalledwait

import (
	"sync"
	"time"
)

// Nobody signals at all.
func LeakNoSignal() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	mu.Lock()
	for refused() != nil {
		cond.Wait() // want "GLK303 unsignalled-wait: Wait on cond may never return: nobody signals any more"
	}
	mu.Unlock()
}

// A goroutine waits, and its starter forgets to wake it.
func LeakForgotten() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready := false
	go func() {
		mu.Lock()
		defer mu.Unlock()
		for !ready {
			cond.Wait() // want "GLK303 .* Wait on cond "
		}
	}()
	time.Sleep(time.Millisecond)
	mu.Lock()
	ready = true
	mu.Unlock()
}

// The Cond is a field of a local value; only waits are in view.
func LeakField() {
	q := newQueue()
	go q.take()
	q.put(1)
}

type queue struct {
	mu    sync.Mutex
	some  *sync.Cond
	items []int
}

func newQueue() *queue {
	q := &queue{}
	q.some = sync.NewCond(&q.mu)
	return q
}

func (q *queue) take() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) < 2 {
		q.some.Wait() // want "GLK303 .* Wait on some "
	}
	return q.items[0]
}

func (q *queue) put(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, n)
}

// Without a loop and without a signal.
func LeakWithoutLoop() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	done := make(chan struct{})
	go func() {
		mu.Lock()
		cond.Wait() // want "GLK303"
		mu.Unlock()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(time.Millisecond):
	}
}

// A named function waits on a parameter.
func LeakNamedWaiter() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	go await(cond)
}

func await(cond *sync.Cond) {
	cond.L.Lock()
	defer cond.L.Unlock()
	for refused() != nil {
		cond.Wait() // want "GLK303"
	}
}

// The one who signals may fail before: whether it matters depends on the condition.
func LeakErrorBeforeSignal() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready := false
	go func() {
		if refused() != nil {
			return
		}
		mu.Lock()
		ready = true
		cond.Signal()
		mu.Unlock()
	}()
	mu.Lock()
	for !ready {
		cond.Wait() // low "GLK303"
	}
	mu.Unlock()
}

// The reader's side of an RWMutex is the lock.
func LeakReadLock() {
	var mu sync.RWMutex
	cond := sync.NewCond(mu.RLocker())
	mu.RLock()
	for refused() != nil {
		cond.Wait() // want "GLK303"
	}
	mu.RUnlock()
}
