package unstoppediterator

import "iter"

func deferred(seq iter.Seq[int]) int {
	next, stop := iter.Pull(seq)
	defer stop()
	v, _ := next()
	return v
}

func returned(seq iter.Seq[int]) (func() (int, bool), func()) {
	next, stop := iter.Pull(seq)
	return next, stop
}

type cursor struct {
	next func() (int, bool)
	stop func()
}

func open(seq iter.Seq[int]) *cursor {
	next, stop := iter.Pull(seq)
	return &cursor{next: next, stop: stop}
}

func (c *cursor) close() { c.stop() }

func inGoroutine(seq iter.Seq[int], values chan<- int) {
	next, stop := iter.Pull(seq)
	go func() {
		defer close(values)
		defer stop()
		if v, ok := next(); ok {
			values <- v
		}
	}()
}
