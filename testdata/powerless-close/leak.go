package powerlessclose

import (
	"context"
	"io"
)

type worker struct {
	jobs chan int
	quit chan struct{}
}

func newWorker() *worker {
	w := &worker{jobs: make(chan int), quit: make(chan struct{})}
	go w.run()
	return w
}

func (w *worker) run() {
	for {
		select {
		case <-w.jobs:
		case <-w.quit:
			return
		}
	}
}

func (w *worker) Stop() { close(w.quit) }

// What is started is not kept.
type host struct {
	workers []*worker
	byName  map[string]*worker
	cancels []context.CancelFunc
	files   []io.Closer
}

func newHost() *host {
	h := &host{byName: map[string]*worker{}}
	h.start("a")
	return h
}

func (h *host) start(name string) *worker {
	if _, ok := h.byName[name]; ok {
		return nil
	}
	return newWorker()
}

func (h *host) Stop() {
	for _, w := range h.workers { // want "GLK804 powerless-close: Stop stops what is in h.workers, and nothing is ever put into it"
		w.Stop()
	}
	for name, w := range h.byName { // want "GLK804 .* h.byName"
		w.Stop()
		delete(h.byName, name)
	}
	for _, cancel := range h.cancels { // want "GLK804 .* h.cancels"
		cancel()
	}
	for _, f := range h.files { // low "GLK804 .* h.files"
		f.Close()
	}
	h.workers = nil
	h.cancels = h.cancels[:0]
}

// The Stop that callers see does nothing.
type base struct{ name string }

func (b *base) Stop() {}

type service struct {
	base
	quit chan struct{}
}

func newService() *service {
	s := &service{quit: make(chan struct{})}
	go s.serve()
	return s
}

func (s *service) serve() { <-s.quit }

func (s *service) stop() { // want "GLK804 .* nobody calls stop of service, and its Stop is the empty one of base"
	close(s.quit)
}

func use() {
	s := newService()
	s.Stop()
}

// What is stopped is behind an interface, or a function: nobody can tell whether it runs anything.
type stopper interface{ Stop() }

type parts struct {
	stoppers []stopper
	undo     []func()
	workers  []*worker
}

func (p *parts) Start() { go newWorker() }

func (p *parts) Stop() {
	for _, s := range p.stoppers { // low "GLK804 .* p.stoppers"
		s.Stop()
	}
	for _, undo := range p.undo { // low "GLK804 .* p.undo"
		undo()
	}
	for i := range p.workers { // want "GLK804 .* p.workers"
		p.workers[i].Stop()
	}
}
