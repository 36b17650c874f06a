package uncalledcancelfield

import "context"

type called struct {
	cancel context.CancelFunc
}

func newCalled(parent context.Context) *called {
	ctx, cancel := context.WithCancel(parent)
	run(ctx)
	return &called{cancel: cancel}
}

func (c *called) Close() { c.cancel() }

// Called by the goroutine that got the value as an argument (gosec#1637).
type task struct {
	ctx    context.Context
	finish context.CancelFunc
}

func start(parent context.Context) {
	t := &task{}
	t.ctx, t.finish = context.WithCancel(parent)
	go func(t *task) {
		run(t.ctx)
		t.finish()
	}(t)
}

// Others may call an exported field.
type Public struct {
	Cancel context.CancelFunc
}

func NewPublic(parent context.Context) *Public {
	ctx, cancel := context.WithCancel(parent)
	run(ctx)
	return &Public{Cancel: cancel}
}

// Kept as well, but the local variable is deferred.
type both struct {
	abort context.CancelFunc
}

func doBoth(parent context.Context) *both {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	run(ctx)
	return &both{abort: cancel}
}

// Passed on as a value.
type passed struct {
	quit context.CancelFunc
}

func newPassed(parent context.Context) *passed {
	ctx, cancel := context.WithCancel(parent)
	run(ctx)
	return &passed{quit: cancel}
}

func (p *passed) stopper() func() { return p.quit }

// Called through a map of values whose type is found by the element.
type member struct {
	leave context.CancelFunc
}

type club struct {
	members map[string]*member
}

func (c *club) join(parent context.Context, name string) {
	ctx, cancel := context.WithCancel(parent)
	run(ctx)
	c.members[name] = &member{leave: cancel}
}

func (c *club) close() {
	for _, m := range c.members {
		m.leave()
	}
}

// Stored in a field of a foreign interface's implementation, called by a deferred closure (gosec#1595).
type late struct {
	undo context.CancelFunc
}

func useLate(parent context.Context) {
	l := &late{}
	defer func() {
		if l.undo != nil {
			l.undo()
		}
	}()
	ctx, cancel := context.WithCancel(parent)
	l.undo = cancel
	run(ctx)
}
