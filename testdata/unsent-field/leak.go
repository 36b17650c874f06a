package unsentfield

// What is kept is out of sight: the functions of the type are all that is known of it.
var keep = func(any) {}

// The channel that should tell workers to stop has an accessor, and nothing that closes it.
type stopper struct {
	quit chan struct{}
}

func newStopper() *stopper { return &stopper{quit: make(chan struct{})} }

func (s *stopper) stopped() <-chan struct{} { return s.quit }

type worker struct {
	owner *stopper
}

func (w *worker) run() {
	<-w.owner.stopped() // want "GLK107 unsent-field: receive from stopper.quit blocks for ever: nothing in the package sends on it or closes it"
}

func LeakAccessor() {
	w := &worker{owner: newStopper()}
	keep(w)
	go w.run()
}

// A select with one case waits like a plain receive.
type reader struct {
	input *buffer
}

type buffer struct {
	items chan int
}

func (r *reader) read() int {
	select {
	case item := <-r.input.items: // want "GLK107 .* buffer.items "
		return item
	}
}

func LeakSingleCase() {
	r := &reader{input: &buffer{items: make(chan int, 4)}}
	keep(r)
	go r.read()
}

// The local stands for the field.
type door struct {
	open chan struct{}
}

func (d *door) wait() {
	open := d.open
	<-open // want "GLK107 .* door.open "
}

func LeakLocal() {
	d := &door{make(chan struct{})}
	keep(d)
	go d.wait()
}

// A range over it ends no more than a receive does.
type feed struct {
	rows struct {
		lines chan string
	}
}

func (f *feed) print() {
	for line := range f.rows.lines { // want "GLK107 .* range over feed.rows.lines "
		keep(line)
	}
}

func LeakRange() {
	f := &feed{}
	f.rows.lines = make(chan string)
	keep(f)
	go f.print()
}

// Elements of a slice are one slot together.
type group struct {
	ready []chan struct{}
}

func (g *group) add() {
	g.ready = append(g.ready, make(chan struct{}))
}

func (g *group) wait() {
	for _, ready := range g.ready {
		<-ready // want "GLK107 .* group.ready "
	}
}

func LeakElements() {
	g := &group{}
	g.add()
	keep(g)
	go g.wait()
}

// A variable of the package: it may be there to wait for ever.
var started = make(chan struct{})

func LeakVariable() {
	go func() {
		<-started // low "GLK107 .* receive from started "
	}()
}
