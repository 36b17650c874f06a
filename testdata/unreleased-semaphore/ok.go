package unreleasedsemaphore

import "sync"

// Deferred.
type files struct {
	open chan struct{}
}

func newFiles() *files { return &files{open: make(chan struct{}, 1)} }

func (f *files) read(do func() error) error {
	f.open <- struct{}{}
	defer func() { <-f.open }()
	if err := do(); err != nil {
		return err
	}
	return nil
}

func OkDeferred() {
	f := newFiles()
	keep(f)
	for range 3 {
		keep(f.read(func() error { return errWrite }))
	}
}

// The goroutine gives it back; an error that comes before does so itself.
type workers struct {
	tokens chan struct{}
	wg     sync.WaitGroup
}

func newWorkers() *workers { return &workers{tokens: make(chan struct{}, 1)} }

func (w *workers) start(prepare, work func() error) error {
	w.tokens <- struct{}{}
	if err := prepare(); err != nil {
		<-w.tokens
		return err
	}
	w.wg.Add(1)
	go func() {
		defer w.wg.Done()
		defer func() { <-w.tokens }()
		keep(work())
	}()
	return nil
}

func OkGoroutine() {
	w := newWorkers()
	keep(w)
	for range 3 {
		keep(w.start(func() error { return nil }, func() error { return nil }))
	}
	w.wg.Wait()
}

// The caller is given the function that gives it back.
type gate struct {
	in chan struct{}
}

func newGate() *gate { return &gate{in: make(chan struct{}, 1)} }

func (g *gate) enter(check func() error) (func(), error) {
	g.in <- struct{}{}
	leave := func() { <-g.in }
	if err := check(); err != nil {
		<-g.in
		return nil, err
	}
	return leave, nil
}

func OkReturned() {
	g := newGate()
	keep(g)
	for range 3 {
		if leave, err := g.enter(func() error { return nil }); err == nil {
			leave()
		}
	}
}

// A method gives it back.
type lock struct {
	held chan struct{}
}

func newLock() *lock { return &lock{held: make(chan struct{}, 1)} }

func (l *lock) release() { <-l.held }

func (l *lock) do(f func() error) error {
	l.held <- struct{}{}
	if err := f(); err != nil {
		l.release()
		return err
	}
	<-l.held
	return nil
}

func OkMethod() {
	l := newLock()
	keep(l)
	for range 3 {
		keep(l.do(func() error { return errWrite }))
	}
}

// A signal is no place that is taken.
type bell struct {
	wake chan struct{}
}

func newBell() *bell { return &bell{wake: make(chan struct{}, 1)} }

func (s *bell) set(again bool) {
	select {
	case s.wake <- struct{}{}:
	default:
	}
	if again {
		<-s.wake
	}
}

func OkSignal() {
	s := newBell()
	keep(s)
	s.set(false)
	s.set(true)
	s.set(false)
}

// The same condition takes and gives back.
type optional struct {
	limit chan struct{}
}

func newOptional() *optional { return &optional{limit: make(chan struct{}, 1)} }

func (o *optional) do(limited bool, f func()) {
	if limited {
		o.limit <- struct{}{}
	}
	f()
	if limited {
		<-o.limit
	}
}

func OkCondition() {
	o := newOptional()
	keep(o)
	for range 3 {
		o.do(true, func() {})
	}
}
