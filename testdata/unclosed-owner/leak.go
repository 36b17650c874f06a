package owner

import (
	"context"
	"errors"

	"goleaklint.test/testdata/unclosed-owner/queue"
)

// ---- a done channel

type poller struct {
	ticks chan int
	done  chan struct{}
	last  int
}

func newPoller() *poller {
	p := &poller{ticks: make(chan int, 1), done: make(chan struct{})}
	go p.poll()
	return p
}

func (p *poller) poll() {
	for {
		select {
		case n := <-p.ticks:
			p.last += n
		case <-p.done:
			return
		}
	}
}

func (p *poller) tick(n int) { p.ticks <- n }

func (p *poller) halt() { close(p.done) }

func dropped() {
	newPoller() // want "GLK803 .*the result of newPoller is dropped"
}

func blanked() {
	_ = newPoller() // want "GLK803 .*the result of newPoller is dropped"
}

func neverClosed() int {
	p := newPoller() // want "GLK803 .*p is never closed"
	p.tick(1)
	return p.last
}

func earlyReturn(n int) error {
	p := newPoller() // want "GLK803 .*p is not closed on every path"
	if n < 0 {
		return errors.New("negative")
	}
	p.tick(n)
	p.halt()
	return nil
}

func everyRound(numbers []int) {
	for _, n := range numbers {
		p := newPoller() // want "GLK803 .*p is never closed"
		p.tick(n)
	}
}

func inLiteral(run func(func() error)) {
	run(func() error {
		p := newPoller() // want "GLK803 .*p is never closed"
		p.tick(1)
		return nil
	})
}

// ---- a constructor that fails after it has started the goroutine

func newChecked(check func() error) (*poller, error) {
	p := &poller{ticks: make(chan int, 1), done: make(chan struct{})}
	go p.poll() // want "GLK803 .*p is not closed on every path"
	if err := check(); err != nil {
		return nil, err
	}
	return p, nil
}

// ---- several workers on one queue that the closer closes

type workers struct {
	work chan int
	sum  int
}

func newWorkers(n int) *workers {
	w := &workers{work: make(chan int)}
	for i := 0; i < n; i++ {
		go func() {
			for v := range w.work {
				w.sum += v
			}
		}()
	}
	return w
}

func (w *workers) do(v int) { w.work <- v }

func (w *workers) finished() { close(w.work) }

func workersLeft(values []int) {
	w := newWorkers(2) // want "GLK803 .*w is never closed"
	for _, v := range values {
		w.do(v)
	}
}

// ---- a context whose cancel function is a field

type session struct {
	ctx    context.Context
	cancel context.CancelFunc
	users  int
}

func begin(ctx context.Context) *session {
	ctx, cancel := context.WithCancel(ctx)
	s := &session{ctx: ctx, cancel: cancel}
	go s.await()
	return s
}

func (s *session) await() { <-s.ctx.Done() }

func (s *session) rollback() { s.end() }

func (s *session) end() { s.cancel() }

func sessionLeft() int {
	s := begin(context.Background()) // want "GLK803 .*s is never closed"
	return s.users
}

// ---- another package of the module

func queueLeft(size int) (int, error) {
	q, err := queue.Open(size) // want "GLK803 .*q is not closed on every path"
	if err != nil {
		return 0, err
	}
	q.Add(func() {})
	n := q.Len()
	if n > size {
		return n, errors.New("too many")
	}
	q.Close()
	return n, nil
}

// Handed on, to something that does not close it either.

func count(p *poller) int { return p.last }

func handedOn() int {
	p := newPoller() // want "GLK803 .* p is never closed"
	return count(p)
}
