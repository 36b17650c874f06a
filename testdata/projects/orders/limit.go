package orders

import (
	"sync"
	"time"
)

const burst = 10

// limits knows how many more orders each customer may place now.
type limits struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

func newLimits() *limits {
	return &limits{buckets: map[string]*bucket{}}
}

func (l *limits) allow(customer string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets[customer]
	if !ok {
		b = newBucket()
		l.buckets[customer] = b
	}
	return b.take()
}

func (l *limits) forget(customer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.buckets, customer)
}

// bucket gives out tokens and gets a new one each second.
type bucket struct {
	mu   sync.Mutex
	left int
}

func newBucket() *bucket {
	b := &bucket{left: burst}
	go b.refill()
	return b
}

func (b *bucket) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left == 0 {
		return false
	}
	b.left--
	return true
}

func (b *bucket) refill() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for range ticker.C {
		b.mu.Lock()
		b.left = min(b.left+1, burst)
		b.mu.Unlock()
	}
}
