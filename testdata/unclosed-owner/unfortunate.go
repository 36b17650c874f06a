package owner

import "errors"

// The parts of a result that nobody looks at are no places to look for an owner.

func newPair() (int, *poller) {
	p := newPoller()
	return p.last, p
}

func second() int {
	n, _ := newPair() // missed "GLK803"
	return n
}

// The wrapper owns what it wraps.

type wrapper struct{ p *poller }

func newWrapper() *wrapper { return &wrapper{p: newPoller()} }

func (w *wrapper) use(n int) error {
	if n < 0 {
		return errors.New("negative")
	}
	w.p.tick(n)
	return nil
}

func wrapped() error {
	w := newWrapper() // missed "GLK803"
	return w.use(1)
}
