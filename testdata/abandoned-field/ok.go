package abandonedfield

import (
	"context"
	"sync"
	"time"
)

// Both are told.
type pair struct {
	values chan int
	stop   chan struct{}
}

func newPair() *pair {
	p := &pair{values: make(chan int), stop: make(chan struct{})}
	keep(p)
	go p.receive()
	go p.send()
	return p
}

func (p *pair) receive() {
	for {
		select {
		case v := <-p.values:
			keep(v)
		case <-p.stop:
			return
		}
	}
}

func (p *pair) send() {
	for i := 0; ; i++ {
		select {
		case p.values <- i:
		case <-p.stop:
			return
		}
	}
}

func (p *pair) close() { close(p.stop) }

func OkBoth() { newPair().close() }

// The receiver drains before it ends.
type drained struct {
	lines chan string
	stop  chan struct{}
}

func newDrained() *drained {
	d := &drained{lines: make(chan string), stop: make(chan struct{})}
	keep(d)
	go d.read()
	go d.write()
	return d
}

func (d *drained) read() {
	defer func() {
		for range d.lines {
		}
	}()
	for {
		select {
		case line := <-d.lines:
			keep(line)
		case <-d.stop:
			return
		}
	}
}

func (d *drained) write() {
	defer close(d.lines)
	for range 5 {
		d.lines <- "a"
	}
}

func OkDrained() {
	d := newDrained()
	close(d.stop)
}

// It is the sender that says when it is over.
type copier struct {
	chunks chan []byte
	eof    chan struct{}
}

func newCopier() *copier {
	c := &copier{chunks: make(chan []byte), eof: make(chan struct{})}
	keep(c)
	go c.produce()
	go c.consume()
	return c
}

func (c *copier) produce() {
	defer close(c.eof)
	for range 3 {
		c.chunks <- nil
	}
}

func (c *copier) consume() {
	for {
		select {
		case chunk := <-c.chunks:
			keep(chunk)
		case <-c.eof:
			return
		}
	}
}

func OkSenderSays() { newCopier() }

// The result ends the loop, and it is the last thing that comes.
type fetcher struct {
	pages chan int
	err   chan error
}

func newFetcher() *fetcher {
	f := &fetcher{pages: make(chan int), err: make(chan error)}
	keep(f)
	go f.fetch()
	go f.collect()
	return f
}

func (f *fetcher) fetch() {
	for i := range 3 {
		f.pages <- i
	}
	f.err <- nil
}

func (f *fetcher) collect() {
	for {
		select {
		case p := <-f.pages:
			keep(p)
		case err := <-f.err:
			keep(err)
			return
		}
	}
}

func OkResult() { newFetcher() }

// The loop is stopped when all senders are through.
type pool struct {
	results chan int
	stop    chan struct{}
	workers sync.WaitGroup
}

func newPool() *pool {
	p := &pool{results: make(chan int), stop: make(chan struct{})}
	keep(p)
	go p.gather()
	for i := range 3 {
		p.workers.Add(1)
		go p.work(i)
	}
	return p
}

func (p *pool) gather() {
	for {
		select {
		case r := <-p.results:
			keep(r)
		case <-p.stop:
			return
		}
	}
}

func (p *pool) work(n int) {
	defer p.workers.Done()
	p.results <- n
}

func (p *pool) close() {
	p.workers.Wait()
	close(p.stop)
}

func OkWaited() { newPool().close() }

// There is room for the one value.
type lookup struct {
	answer chan string
}

func find(ctx context.Context) *lookup {
	l := &lookup{answer: make(chan string, 1)}
	keep(l)
	go func() {
		l.answer <- "found"
	}()
	go l.wait(ctx)
	return l
}

func (l *lookup) wait(ctx context.Context) {
	select {
	case a := <-l.answer:
		keep(a)
	case <-ctx.Done():
	}
}

func OkRoom() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	find(ctx)
}

// A semaphore: what is received is one's own.
type limiter struct {
	slots chan struct{}
}

func newLimiter() *limiter {
	l := &limiter{slots: make(chan struct{}, 2)}
	keep(l)
	return l
}

func (l *limiter) do(ctx context.Context, f func()) {
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return
	}
	go func() {
		f()
		<-l.slots
	}()
}

func OkSemaphore() { newLimiter().do(context.Background(), func() {}) }

// A signal that may be missed is for a loop that waits for the next.
type notifier struct {
	wake chan struct{}
	end  bool
	mu   sync.Mutex
}

func newNotifier() *notifier {
	n := &notifier{wake: make(chan struct{})}
	keep(n)
	go n.loop()
	return n
}

func (n *notifier) loop() {
	for {
		<-n.wake
		n.mu.Lock()
		end := n.end
		n.mu.Unlock()
		if end {
			return
		}
	}
}

func (n *notifier) notify(d time.Duration) {
	select {
	case n.wake <- struct{}{}:
	case <-time.After(d):
	}
}

func (n *notifier) close() {
	n.mu.Lock()
	n.end = true
	n.mu.Unlock()
	n.notify(time.Hour)
}

func OkNotifier() {
	n := newNotifier()
	n.notify(time.Millisecond)
	n.close()
}

// A method without alternatives beside one that gives up.
type inbox struct {
	mail chan string
}

func newInbox() *inbox {
	i := &inbox{mail: make(chan string)}
	keep(i)
	return i
}

func (i *inbox) next(ctx context.Context) string {
	select {
	case m := <-i.mail:
		return m
	case <-ctx.Done():
		return ""
	}
}

func (i *inbox) must() string { return <-i.mail }

func (i *inbox) put() {
	go func() { i.mail <- "hello" }()
}

func OkOtherReceiver() {
	i := newInbox()
	i.put()
	i.must()
}

// The error came with the value: it is the last one.
type stream struct {
	items chan result
}

type result struct {
	n   int
	err error
}

func (r result) failed() error { return r.err }

func newStream() *stream {
	s := &stream{items: make(chan result)}
	keep(s)
	go s.send()
	go s.receive()
	return s
}

func (s *stream) send() {
	for i := range 3 {
		s.items <- result{n: i}
	}
	s.items <- result{err: context.Canceled}
}

func (s *stream) receive() {
	for item := range s.items {
		if item.err != nil {
			return
		}
		err := item.failed()
		if err != nil {
			return
		}
		keep(item.n)
	}
}

func OkLast() { newStream() }

// An error is only counted.
type sum struct {
	parts chan string
	bad   int
}

func newSum() *sum {
	s := &sum{parts: make(chan string)}
	keep(s)
	go s.add()
	go s.read()
	return s
}

func (s *sum) add() {
	defer close(s.parts)
	for range 3 {
		s.parts <- "x"
	}
}

func (s *sum) read() {
	for part := range s.parts {
		if err := parse(part); err != nil {
			s.bad++
			continue
		}
	}
}

func parse(string) error { return context.Canceled }

func OkCounted() { newSum() }

// The method that stops it takes what is left.
type source struct {
	items chan int
	done  chan struct{}
}

func newSource() *source {
	s := &source{items: make(chan int), done: make(chan struct{})}
	keep(s)
	go s.produce()
	return s
}

func (s *source) produce() {
	defer close(s.items)
	for i := 0; ; i++ {
		select {
		case <-s.done:
			return
		default:
		}
		s.items <- i
	}
}

func (s *source) next() int { return <-s.items }

func (s *source) close() {
	close(s.done)
	for range s.items {
	}
}

func OkEmptied() {
	s := newSource()
	s.next()
	s.close()
}

// One result, for the one who waits for it when all is over.
type task struct {
	ctx    context.Context
	stop   chan struct{}
	result chan error
}

func newTask() (*task, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	t := &task{ctx: ctx, stop: make(chan struct{}), result: make(chan error)}
	keep(t)
	go t.run()
	return t, cancel
}

func (t *task) run() {
	for {
		select {
		case <-t.stop:
			t.result <- nil
			return
		case <-t.ctx.Done():
			t.result <- t.ctx.Err()
			return
		}
	}
}

func (t *task) wait() error { return <-t.result }

func (t *task) close() { close(t.stop) }

func OkTask() {
	t, cancel := newTask()
	defer cancel()
	t.close()
	t.wait()
}
