package unreceivedfield

// Received under another name.
type queue struct {
	items chan int
}

func (q *queue) put(item int) { q.items <- item }

func (q *queue) take() int {
	items := q.items
	return <-items
}

func OkLocal() {
	q := &queue{items: make(chan int)}
	keep(q)
	go q.put(1)
	q.take()
}

// Outsiders may receive: the accessor gives them one direction.
type Results struct {
	values chan int
}

func NewResults() *Results { return &Results{values: make(chan int)} }

func (r *Results) Values() <-chan int { return r.values }

func (r *Results) emit(v int) { r.values <- v }

func OkAccessor() {
	r := NewResults()
	keep(r)
	go r.emit(1)
	<-r.Values()
}

// A non-blocking send needs no receiver.
type bell struct {
	ring chan struct{}
}

func newBell() *bell { return &bell{ring: make(chan struct{}, 1)} }

func (b *bell) press() {
	select {
	case b.ring <- struct{}{}:
	default:
	}
}

func OkNonBlocking() {
	b := newBell()
	keep(b)
	b.press()
	b.press()
}

// One value for a buffer of one, and nobody has to ask for it.
type server struct {
	failed chan error
}

func start(serve func() error) *server {
	s := &server{failed: make(chan error, 1)}
	go func() {
		s.failed <- serve()
	}()
	return s
}

func OkBuffered() { keep(start(func() error { return nil })) }

// The receiver is a function that is given the channel.
type pipe struct {
	out chan string
}

func (p *pipe) start() {
	p.out = make(chan string)
	go drain(p.out)
}

func drain(in <-chan string) {
	for range in {
	}
}

func (p *pipe) write(s string) { p.out <- s }

func (p *pipe) close() { close(p.out) }

func OkDrained() {
	p := &pipe{}
	keep(p)
	p.start()
	p.write("a")
	p.close()
}

// The channel of a request goes to whoever serves it.
type request struct {
	reply chan int
}

type service struct {
	requests chan request
}

func (s *service) ask() int {
	r := request{reply: make(chan int)}
	s.requests <- r
	return <-r.reply
}

func (s *service) serve() {
	r := <-s.requests
	r.reply <- 1
}

func OkRequest() {
	s := &service{requests: make(chan request)}
	keep(s)
	go s.serve()
	s.ask()
}
