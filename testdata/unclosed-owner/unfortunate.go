package owner

import "context"

// A goroutine that is started on a condition: what the caller asks for is not followed.

func newMaybe(start bool) *poller {
	p := &poller{ticks: make(chan int, 1), done: make(chan struct{})}
	if start {
		go p.poll()
	}
	return p
}

func maybeLeft() int {
	p := newMaybe(true) // missed "GLK803"
	return p.last
}

// A function that stops it is the only thing that is given.

func beginPolling() (stop func()) {
	done := make(chan struct{})
	go func() { <-done }()
	return func() { close(done) }
}

func neverStopped() {
	_ = beginPolling() // missed "GLK803"
}

// The value is made after its goroutine.

type late struct {
	cancel context.CancelFunc
	users  int
}

func newLate() *late {
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-ctx.Done() }()
	return &late{cancel: cancel}
}

func (l *late) end() { l.cancel() }

func lateLeft() int {
	l := newLate() // missed "GLK803"
	return l.users
}

// The wrapper has no closer at all: nobody can end what it keeps.

type wrapper struct{ p *poller }

func newWrapper() *wrapper { return &wrapper{p: newPoller()} }

func (w *wrapper) use(n int) { w.p.tick(n) }

func wrapped() {
	w := newWrapper() // missed "GLK803"
	w.use(1)
}
