package undonefield

import "sync"

// Done is called on what a function was given.
type pool struct {
	workers sync.WaitGroup
}

func (p *pool) start() {
	p.workers.Add(1)
	go work(&p.workers)
}

func work(wg *sync.WaitGroup) { defer wg.Done() }

func (p *pool) wait() { p.workers.Wait() }

func OkGiven() {
	p := &pool{}
	keep(p)
	p.start()
	p.wait()
}

// A negative count takes back.
type ledger struct {
	open sync.WaitGroup
}

func (l *ledger) add(n int) { l.open.Add(n) }

func (l *ledger) wait() { l.open.Wait() }

func OkNegative() {
	l := &ledger{}
	keep(l)
	l.add(1)
	l.add(-1)
	l.wait()
}

// Go calls Done itself.
type group struct {
	wg sync.WaitGroup
}

func (g *group) start() { g.wg.Go(func() {}) }

func (g *group) wait() { g.wg.Wait() }

func OkGo() {
	g := &group{}
	keep(g)
	g.start()
	g.wait()
}

// Done as a value.
type batch struct {
	left sync.WaitGroup
}

func (b *batch) run(do func(done func())) {
	b.left.Add(1)
	do(b.left.Done)
	b.left.Wait()
}

func OkMethodValue() {
	b := &batch{}
	keep(b)
	b.run(func(done func()) { done() })
}
