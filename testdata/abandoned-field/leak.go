package abandonedfield

import (
	"context"
	"errors"
	"time"
)

// What is kept is out of sight: the functions of the type are all that is known of it.
var keep = func(any) {}

// The loop that receives ends at once when it is told to; the one that sends is not told.
type node struct {
	ticks chan int
	stop  chan struct{}
}

func newNode() *node {
	n := &node{ticks: make(chan int), stop: make(chan struct{})}
	keep(n)
	go n.run()
	go n.tick()
	return n
}

func (n *node) run() {
	for {
		select {
		case v := <-n.ticks:
			keep(v)
		case <-n.stop:
			return
		}
	}
}

func (n *node) tick() {
	for i := 0; ; i++ {
		n.ticks <- i // want "GLK109 abandoned-field: send on node.ticks blocks for ever when all that receive from it have stopped"
		time.Sleep(time.Millisecond)
	}
}

func (n *node) close() { close(n.stop) }

func LeakStop() { newNode().close() }

// The goroutines of a scheduler outlive the loop that they report to.
type scheduler struct {
	events chan string
}

func newScheduler(ctx context.Context) *scheduler {
	s := &scheduler{events: make(chan string)}
	keep(s)
	go s.run(ctx)
	return s
}

func (s *scheduler) run(ctx context.Context) {
	for {
		select {
		case e := <-s.events:
			keep(e)
		case <-ctx.Done():
			return
		}
	}
}

func (s *scheduler) changed() {
	go func() {
		s.events <- "changed" // want "GLK109 .* scheduler.events "
	}()
}

func LeakContext() {
	ctx, cancel := context.WithCancel(context.Background())
	s := newScheduler(ctx)
	cancel()
	time.Sleep(time.Millisecond)
	s.changed()
}

// Those who send give up; the one that waits for all of them does not know.
type barrier struct {
	ready []chan bool
}

func newBarrier(n int) *barrier {
	b := &barrier{}
	for range n {
		b.ready = append(b.ready, make(chan bool))
	}
	keep(b)
	return b
}

func (b *barrier) announce(ctx context.Context) {
	for _, ready := range b.ready {
		select {
		case ready <- true:
		case <-ctx.Done():
			return
		}
	}
}

func (b *barrier) start(ctx context.Context) {
	go b.announce(ctx)
	go func() {
		for _, ready := range b.ready {
			<-ready // want "GLK109 .* receive from barrier.ready blocks for ever when all that send on it have stopped"
		}
	}()
}

func LeakBarrier() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	b := newBarrier(200)
	b.start(ctx)
}

// The caller may know that the loop has ended, or may not.
type client struct {
	requests chan int
	quit     chan struct{}
}

func newClient() *client {
	c := &client{requests: make(chan int), quit: make(chan struct{})}
	keep(c)
	go c.serve()
	return c
}

func (c *client) serve() {
	for {
		select {
		case r := <-c.requests:
			keep(r)
		case <-c.quit:
			return
		}
	}
}

func (c *client) ask(n int) {
	c.requests <- n // low "GLK109 .* client.requests "
}

func (c *client) close() { close(c.quit) }

// An error ends the loop that receives.
type parser struct {
	tokens chan string
}

func newParser() *parser {
	p := &parser{tokens: make(chan string)}
	keep(p)
	go p.scan()
	go p.parse()
	return p
}

func (p *parser) scan() {
	for range 3 {
		p.tokens <- "}" // want "GLK109 .* send on parser.tokens "
		time.Sleep(time.Millisecond)
	}
}

func (p *parser) parse() {
	for token := range p.tokens {
		if err := check(token); err != nil {
			keep(err)
			return
		}
	}
}

func check(token string) error {
	if token == "}" {
		return errors.New("unexpected }")
	}
	return nil
}

func LeakError() { newParser() }

// Its callers take one value at a time, and none after close.
type feed struct {
	items chan int
	done  chan struct{}
}

func newFeed() *feed {
	f := &feed{items: make(chan int), done: make(chan struct{})}
	keep(f)
	go f.produce()
	return f
}

func (f *feed) produce() {
	for i := 0; ; i++ {
		select {
		case <-f.done:
			return
		default:
		}
		f.items <- i // want "GLK109 .* send on feed.items "
	}
}

func (f *feed) next() int { return <-f.items }

func (f *feed) close() { close(f.done) }

func LeakPulled() {
	f := newFeed()
	keep(f.next())
	time.Sleep(5 * time.Millisecond)
	f.close()
}

// The context is the reader's own, and the writer ignores it.
type pages struct {
	ctx  context.Context
	stop context.CancelFunc
	ch   chan int
}

func newPages() *pages {
	ctx, cancel := context.WithCancel(context.Background())
	p := &pages{ctx: ctx, stop: cancel, ch: make(chan int)}
	keep(p)
	go func() {
		for i := range 10 {
			p.ch <- i // want "GLK109 .* send on pages.ch "
		}
	}()
	return p
}

func (p *pages) next() (int, error) {
	select {
	case n := <-p.ch:
		return n, nil
	case <-p.ctx.Done():
		return 0, p.ctx.Err()
	}
}

func LeakPages() {
	p := newPages()
	p.next()
	p.stop()
}

// The context comes from outside, and may live as long as the process.
type ticks struct {
	ch chan int
}

func startTicks(ctx context.Context) *ticks {
	t := &ticks{ch: make(chan int)}
	keep(t)
	go t.run(ctx)
	return t
}

func (t *ticks) run(ctx context.Context) {
	for {
		select {
		case n := <-t.ch:
			keep(n)
		case <-ctx.Done():
			return
		}
	}
}

func (t *ticks) add(n int) {
	go func() {
		t.ch <- n // low "GLK109 .* send on ticks.ch "
	}()
}

// A callback sends, for callers who pull one at a time, and the context of both is not looked at.
type rows struct {
	ctx  context.Context
	recv chan int
}

func newRows(ctx context.Context) *rows {
	r := &rows{ctx: ctx, recv: make(chan int)}
	keep(r)
	return r
}

func (r *rows) Send(n int) error {
	r.recv <- n // want "GLK109 .* send on rows.recv "
	return nil
}

func (r *rows) Next() bool {
	_, ok := <-r.recv
	return ok
}

func first(query func(send func(int) error) error) bool {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r := newRows(ctx)
	go func() {
		defer close(r.recv)
		keep(query(r.Send))
	}()
	return r.Next()
}

func LeakFirst() {
	first(func(send func(int) error) error {
		send(1)
		return send(2)
	})
}
