package unloopedwait

import (
	"sync"
	"sync/atomic"
)

// The signal came before the Lock.
func LeakLateWaiter() {
	var mu sync.Mutex
	done := sync.NewCond(&mu)
	signalled := make(chan struct{})
	go func() {
		mu.Lock()
		done.Signal()
		mu.Unlock()
		close(signalled)
	}()
	<-signalled
	mu.Lock()
	done.Wait() // want "GLK307 unlooped-wait: Wait on done may miss its signal: no condition is tested between Lock and Wait"
	mu.Unlock()
}

type box struct {
	mu    sync.Mutex
	full  *sync.Cond
	items []int
}

func newBox() *box {
	b := &box{}
	b.full = sync.NewCond(&b.mu)
	return b
}

var shared = newBox()

func (b *box) put(item int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = append(b.items, item)
	b.full.Signal()
}

func (b *box) take() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.full.Wait() // want "GLK307 .*Wait on full may miss its signal"
	item := b.items[0]
	b.items = b.items[1:]
	return item
}

// What is there already is waited for.
func LeakTakeOfWhatIsThere() {
	shared.put(1)
	shared.take()
}

type gate struct {
	l    sync.Mutex
	cond *sync.Cond
	open atomic.Bool
}

func newGate() *gate {
	g := &gate{}
	g.cond = sync.NewCond(&g.l)
	return g
}

func (g *gate) raise() {
	g.open.Store(true)
	g.cond.L.Lock()
	g.cond.Broadcast()
	g.cond.L.Unlock()
	raised++
}

var raised int

// The condition is tested, but not under the lock: the Broadcast may come between the two.
func (g *gate) pass(tested, raised chan struct{}) {
	for !g.isOpen(tested, raised) {
		g.cond.L.Lock()
		g.cond.Wait() // want "GLK307 .*Wait on cond may miss its signal"
		g.cond.L.Unlock()
	}
}

func (g *gate) isOpen(tested, raised chan struct{}) bool {
	is := g.open.Load()
	close(tested)
	<-raised
	return is
}

func LeakTestedWithoutTheLock() {
	g := newGate()
	tested, raised := make(chan struct{}), make(chan struct{})
	go func() {
		<-tested
		g.raise()
		close(raised)
	}()
	g.pass(tested, raised)
}

type latch struct {
	mu   sync.Mutex
	cond *sync.Cond
	set  bool
}

func newLatch() *latch {
	l := &latch{}
	l.cond = sync.NewCond(&l.mu)
	return l
}

var door = newLatch()

func (l *latch) trip() {
	l.mu.Lock()
	l.set = true
	l.cond.Broadcast()
	l.mu.Unlock()
}

func (l *latch) await() {
	l.cond.Wait() // want "GLK307 .*Wait on cond may miss its signal"
}

func (l *latch) pass() {
	l.mu.Lock()
	l.await()
	l.mu.Unlock()
}

// The caller locks, and tests as little.
func LeakHelper() {
	door.trip()
	door.pass()
}

// An if tests once: the second waiter goes on without an item. It hangs nobody.
func (b *box) takeOne() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.items) == 0 {
		b.full.Wait() // low "GLK307 .*Wait on full is in no loop"
	}
	if len(b.items) == 0 {
		return 0
	}
	item := b.items[0]
	b.items = b.items[1:]
	return item
}

type beat struct {
	mu   sync.Mutex
	cond *sync.Cond
}

func newBeat() *beat {
	b := &beat{}
	b.cond = sync.NewCond(&b.mu)
	return b
}

func (b *beat) tick() {
	b.cond.Broadcast()
}

// Whoever waits for the next moment has nothing to test.
func (b *beat) next() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cond.Wait() // low "GLK307 .*Wait on cond may miss its signal"
}
