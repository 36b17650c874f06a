package powerlessclose

import "sync"

// What is started is kept: by append, by index, by a literal, by address, by a function that is given the list.
type pool struct {
	mu       sync.Mutex
	appended []*worker
	indexed  map[int]*worker
	given    []*worker
	pointed  []*worker
	passed   map[int]*worker
	aliased  []*worker
	sized    []*worker
}

func newPool(w *worker) *pool {
	p := &pool{given: []*worker{w}, indexed: map[int]*worker{}, passed: map[int]*worker{}, sized: make([]*worker, 1)}
	p.appended = append(p.appended, w)
	p.indexed[1] = w
	add(&p.pointed, w)
	put(p.passed, w)
	list := p.aliased[:0]
	p.aliased = append(list, w)
	return p
}

func add(list *[]*worker, w *worker)       { *list = append(*list, w) }
func put(table map[int]*worker, w *worker) { table[1] = w }

func (p *pool) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.appended {
		w.Stop()
	}
	for _, w := range p.indexed {
		w.Stop()
	}
	for _, w := range p.given {
		w.Stop()
	}
	for _, w := range p.pointed {
		w.Stop()
	}
	for _, w := range p.passed {
		w.Stop()
	}
	for _, w := range p.aliased {
		w.Stop()
	}
	for _, w := range p.sized {
		w.Stop()
	}
}

// A literal without the names of the fields.
type pair struct{ both []*worker }

func newPair(a, b *worker) pair { return pair{[]*worker{a, b}} }

func (p pair) Stop() {
	for _, w := range p.both {
		w.Stop()
	}
}

// The method in lower case is called.
type task struct {
	base
	quit chan struct{}
}

func newTask() *task {
	t := &task{quit: make(chan struct{})}
	go t.run()
	return t
}

func (t *task) run() { <-t.quit }

func (t *task) stop() { close(t.quit) }

func useTask() {
	t := newTask()
	t.stop()
}

// Each part is kept as what can be stopped, or as the function that stops it.
type system struct {
	stoppers []stopper
	undo     []func()
	byIndex  []*worker
}

func (s *system) Start() {
	w := newWorker()
	s.stoppers = append(s.stoppers, w)
	s.undo = append(s.undo, w.Stop)
	s.byIndex = append(s.byIndex, w)
}

func (s *system) Stop() {
	for _, one := range s.stoppers {
		one.Stop()
	}
	for _, undo := range s.undo {
		undo()
	}
	for i := range s.byIndex {
		s.byIndex[i].Stop()
	}
}
