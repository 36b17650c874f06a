package doublelock

import (
	"fmt"
	"sync"
)

type ledger struct {
	mu     sync.Mutex
	sum    int
	parent *ledger
	locked bool
}

func (l *ledger) add(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sum += n
}

// The lock is let go before the call.
func (l *ledger) addTwice(n int) {
	l.mu.Lock()
	l.sum += n
	l.mu.Unlock()
	l.add(n)
}

// The lock of another object of the type.
func (l *ledger) addUp(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.parent != nil {
		l.parent.add(n)
	}
}

// The variable means the next object each time.
func (l *ledger) addToAll(n int) {
	for c := l; c != nil; c = c.parent {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sum += n
	}
}

// The callee moves its receiver on before it locks.
func (l *ledger) addAbove(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.above(n)
}

func (l *ledger) above(n int) {
	if l = l.parent; l == nil {
		return
	}
	l.mu.Lock()
	l.sum += n
	l.mu.Unlock()
}

// The callee lets the lock of its caller go and takes it again.
func (l *ledger) addSlowly(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pause()
	l.sum += n
}

func (l *ledger) pause() {
	l.mu.Unlock()
	use(l)
	l.mu.Lock()
}

// A constant tells the callee not to lock.
func (l *ledger) get(lock bool) int {
	if lock {
		l.mu.Lock()
		defer l.mu.Unlock()
	}
	return l.sum
}

func (l *ledger) double() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sum = 2 * l.get(false)
}

// A flag of the function remembers whether it locked.
func (l *ledger) addOnce(values []int) {
	held := false
	for _, n := range values {
		if !held {
			l.mu.Lock()
			held = true
		}
		l.sum += n
	}
	if held {
		l.mu.Unlock()
	}
}

// Another goroutine does the work.
func (l *ledger) addLater(n int, done chan<- int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	go func() {
		l.add(n)
		done <- n
	}()
}

// A function that is only made here, and called after the lock.
func (l *ledger) adder() func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.sum
	return func() { l.add(n) }
}

// A verb that does not ask for text.
func (l *ledger) String() string {
	return fmt.Sprint(l.get(true))
}

func (l *ledger) describe() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprintf("%p", l)
}

// TryLock does not wait.
func (l *ledger) tryTwice() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.TryLock() {
		l.mu.Unlock()
	}
}

func use(values ...any) {}

func OkLedger() {
	parent := &ledger{}
	l := &ledger{parent: parent}
	l.addTwice(1)
	l.addUp(1)
	l.addToAll(1)
	l.addAbove(1)
	l.addSlowly(1)
	l.double()
	l.addOnce([]int{1, 2})
	done := make(chan int, 1)
	l.addLater(1, done)
	<-done
	l.adder()()
	use(l.describe(), l.String())
	l.tryTwice()
}

type shards [4]struct {
	mu sync.Mutex
	n  int
}

// Each turn locks another element.
func (s *shards) lockAll() {
	for i := range s {
		s[i].mu.Lock()
	}
	for i := range s {
		s[i].mu.Unlock()
	}
}

func OkShards() {
	var s shards
	s.lockAll()
}

// ---- a Once

type once struct {
	first, second sync.Once
	mu            sync.Mutex
	size          int
}

func (o *once) load() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.size++
}

// Called again, after the first call has returned, and of another Once inside.
func OkOnce() {
	o := &once{}
	o.first.Do(o.load)
	o.first.Do(o.load)
	o.first.Do(func() { o.second.Do(o.load) })
	for range 2 {
		o.second.Do(func() { o.first.Do(o.load) })
	}
}

// A goroutine that the function starts waits for the end of it, and nobody for the goroutine.
func OkOnceInGoroutine() {
	o := &once{}
	done := make(chan bool)
	o.first.Do(func() {
		go func() {
			o.first.Do(o.load)
			close(done)
		}()
	})
	<-done
}
