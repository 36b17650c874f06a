package uncalledcancelfield

import "context"

type closer struct {
	drop context.CancelFunc
}

func newCloser(parent context.Context) *closer {
	ctx, cancel := context.WithCancel(parent)
	run(ctx)
	return &closer{drop: cancel} // missed "GLK502"
}

// Nobody calls close.
func (c *closer) close() { c.drop() }
