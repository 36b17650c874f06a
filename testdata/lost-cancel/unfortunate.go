package lostcancel

import "context"

type group struct{ stops []context.CancelFunc }

func (g *group) add(stop context.CancelFunc) {}

// The callee does nothing with it.
func handedToNobody(parent context.Context, g *group) {
	ctx, cancel := context.WithCancel(parent) // missed "GLK501"
	wait(ctx)
	g.add(cancel)
}

// Used, as vet sees it, but not called.
func compared(parent context.Context) bool {
	ctx, cancel := context.WithCancel(parent) // missed "GLK501"
	wait(ctx)
	return cancel != nil
}
