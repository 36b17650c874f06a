package unsignalledfield

import (
	"sync"
	"time"
)

// Signalled through a local.
type latch struct {
	mu   sync.Mutex
	cond sync.Cond
	set  bool
}

func newLatch() *latch {
	l := &latch{}
	l.cond.L = &l.mu
	return l
}

func (l *latch) wait() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.set {
		l.cond.Wait()
	}
}

func (l *latch) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.set = true
	cond := &l.cond
	cond.Broadcast()
}

func OkLocal() {
	l := newLatch()
	keep(l)
	go l.wait()
	l.release()
}

// A function value signals.
type alarm struct {
	mu   sync.Mutex
	cond *sync.Cond
	rang bool
}

func newAlarm() *alarm {
	a := &alarm{}
	a.cond = sync.NewCond(&a.mu)
	return a
}

func (a *alarm) wait(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	time.AfterFunc(d, func() {
		a.mu.Lock()
		a.rang = true
		a.mu.Unlock()
		signal := a.cond.Broadcast
		signal()
	})
	for !a.rang {
		a.cond.Wait()
	}
}

func OkMethodValue() {
	a := newAlarm()
	keep(a)
	a.wait(time.Millisecond)
}

// Never made: a hook that no caller sets.
type pacer struct {
	wait *sync.Cond
}

func (p *pacer) step() {
	if p.wait != nil {
		p.wait.L.Lock()
		p.wait.Wait()
		p.wait.L.Unlock()
	}
}

func OkNil() {
	p := &pacer{}
	keep(p)
	p.step()
}
