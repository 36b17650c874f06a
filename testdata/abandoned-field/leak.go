package abandonedfield

import (
	"context"
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
