package uncalledcancelfield

import (
	"context"
	"time"
)

func run(ctx context.Context) {
	go func() { <-ctx.Done() }()
}

type watcher struct {
	name   string
	cancel context.CancelFunc
}

func newWatcher(parent context.Context) *watcher {
	ctx, cancel := context.WithCancel(parent)
	run(ctx)
	return &watcher{name: "w", cancel: cancel} // want "GLK502 uncalled-cancel-field: nothing calls watcher.cancel"
}

type session struct {
	ctx     context.Context
	release func()
}

func (s *session) open(parent context.Context) {
	s.ctx, s.release = context.WithCancel(parent) // want "GLK502 .* session.release"
	run(s.ctx)
}

type lease struct {
	stop context.CancelFunc
}

func (l *lease) keep(parent context.Context) {
	ctx, stop := context.WithTimeout(parent, time.Hour)
	l.stop = stop // want "GLK502 .* lease.stop"
	run(ctx)
}

// The field of the same name in another type is called.
type other struct{ stop func() }

func (o *other) close() { o.stop() }
