package lostcancel

import "context"

type registry struct{ stops []context.CancelFunc }

func (r *registry) add(stop context.CancelFunc) { r.stops = append(r.stops, stop) }

// It is kept in a field that nobody reads.
func keptByNobody(parent context.Context, r *registry) {
	ctx, cancel := context.WithCancel(parent) // missed "GLK501"
	wait(ctx)
	r.add(cancel)
}
