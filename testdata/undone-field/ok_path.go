package undonefield

import "sync"

type team struct {
	wg    sync.WaitGroup
	count int
}

func (t *team) hire(n int) {
	t.wg.Add(1)
	go func() {
		defer func() {
			t.wg.Done()
		}()
		if n < 0 {
			return
		}
		t.work(n)
	}()
}

func (t *team) work(n int) { _ = n }

func (t *team) finish() { t.wg.Wait() }

// Deferred in a literal.
func OkDeferred() {
	t := &team{}
	t.hire(-1)
	t.hire(1)
	t.finish()
}

type pair struct {
	wg sync.WaitGroup
}

func (p *pair) gone() { p.wg.Done() }

func (p *pair) hire(n int) {
	p.wg.Add(1)
	go func() {
		if n < 0 {
			p.gone()
			return
		}
		p.wg.Done()
	}()
}

func (p *pair) finish() { p.wg.Wait() }

// Another function does it on the other way.
func OkElsewhere() {
	p := &pair{}
	p.hire(-1)
	p.hire(1)
	p.finish()
}

type early struct {
	wg sync.WaitGroup
}

func (e *early) hire(n int) {
	e.wg.Add(1)
	go func() {
		if n < 0 {
			e.wg.Done()
			return
		}
		e.wg.Done()
	}()
}

func (e *early) finish() { e.wg.Wait() }

// Each way out has its own.
func OkEachWay() {
	e := &early{}
	e.hire(-1)
	e.hire(1)
	e.finish()
}

type counted struct {
	wg sync.WaitGroup
}

func (c *counted) hire(n int) {
	go func() {
		if n < 0 {
			return
		}
		c.wg.Add(1)
		defer c.wg.Done()
	}()
}

func (c *counted) finish() { c.wg.Wait() }

// It counts itself, late.
func OkCountsItself() {
	c := &counted{}
	c.hire(-1)
	c.finish()
}
