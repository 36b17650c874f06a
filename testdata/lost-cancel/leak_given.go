package lostcancel

import (
	"context"
	"sync"
)

type group struct{ stops []context.CancelFunc }

func (g *group) add(stop context.CancelFunc) {}

// The callee does nothing with it.
func handedToNobody(parent context.Context, g *group) {
	ctx, cancel := context.WithCancel(parent) // want "GLK501 .* cancel is never called"
	wait(ctx)
	g.add(cancel)
}

// Used, as vet sees it, but not called.
func compared(parent context.Context) bool {
	ctx, cancel := context.WithCancel(parent) // want "GLK501 .* cancel is never called"
	wait(ctx)
	return cancel != nil
}

func run(ctx context.Context, stop func()) {
	wait(ctx)
	if stop == nil {
		panic("no way to stop")
	}
}

func through(ctx context.Context, cancel context.CancelFunc) { run(ctx, cancel) }

// Through two functions, in a goroutine.
func throughTwo(parent context.Context) {
	ctx, cancel := context.WithCancel(parent) // want "GLK501 .* cancel is never called"
	go through(ctx, cancel)
}

func ofLiteral(parent context.Context, ready bool) error {
	watch := func(ctx context.Context, _ context.CancelFunc) { wait(ctx) }
	ctx, cancel := context.WithCancel(parent) // want "GLK501 .* cancel is not called on every path"
	watch(ctx, cancel)
	if !ready {
		return errNotReady
	}
	cancel()
	return nil
}

func stopIf(failed bool, cancel context.CancelFunc) {
	if failed {
		cancel()
	}
}

// The other path of the callee is where it is lost.
func onSomePath(parent context.Context, failed bool) {
	ctx, cancel := context.WithCancel(parent) // low "GLK501 .* cancel is not called on every path"
	wait(ctx)
	stopIf(failed, cancel)
}

func wrap(parent context.Context, group *sync.WaitGroup) {
	ctx, cancel := context.WithCancel(parent) // want "GLK501 .* cancel is never called"
	group.Add(1)
	go func(stop context.CancelFunc) {
		defer group.Done()
		wait(ctx)
	}(cancel)
}
