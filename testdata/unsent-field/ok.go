package unsentfield

import (
	"os"
	"os/signal"
	"sync"
	"time"
)

// Closed through a local of another method.
type gate struct {
	open chan struct{}
	once sync.Once
}

func (g *gate) wait() { <-g.open }

func (g *gate) release() {
	open := g.open
	g.once.Do(func() { close(open) })
}

func OkClosedThroughLocal() {
	g := &gate{open: make(chan struct{})}
	keep(g)
	go g.wait()
	g.release()
	<-g.open
}

// The local that becomes the field is what the goroutine closes.
type task struct {
	done chan struct{}
}

func startTask(work func()) *task {
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	return &task{done: done}
}

func (t *task) wait() { <-t.done }

func OkLocalBecomesField() {
	t := startTask(func() {})
	keep(t)
	t.wait()
}

// A function that is given the channel sends on it.
type job struct {
	result chan int
}

func (j *job) start() {
	j.result = make(chan int, 1)
	go answer(j.result)
}

func answer(to chan<- int) { to <- 42 }

func OkParameter() {
	j := &job{}
	keep(j)
	j.start()
	<-j.result
}

// The channel is handed to another struct, whose own method sends.
type source struct {
	out chan int
}

func (s *source) emit() { s.out <- 1 }

type sink struct {
	in chan int
}

func connect() (*source, *sink) {
	k := &sink{in: make(chan int, 1)}
	return &source{out: k.in}, k
}

func OkOtherStruct() {
	s, k := connect()
	keep(s)
	keep(k)
	s.emit()
	<-k.in
}

// Package os/signal sends on what it is given.
type program struct {
	signals chan os.Signal
}

func (p *program) listen() { signal.Notify(p.signals, os.Interrupt) }

func (p *program) wait() { <-p.signals }

// Who closes it is out of sight: the channel comes from the caller.
type client struct {
	stop chan struct{}
}

func newClient(stop chan struct{}) *client { return &client{stop: stop} }

func (c *client) wait() { <-c.stop }

// Given to code that is not in view.
type lease struct {
	expired chan struct{}
}

func newLease() *lease {
	l := &lease{expired: make(chan struct{})}
	keep(l.expired)
	return l
}

func (l *lease) wait() { <-l.expired }

// An accessor for any use.
type bus struct {
	events chan int
}

func newBus() *bus { return &bus{events: make(chan int)} }

func (b *bus) Events() chan int { return b.events }

func (b *bus) next() int { return <-b.events }

// Never made: a hook for tests, which a nil channel turns off.
type hooks struct {
	pause chan struct{}
}

func (h *hooks) step() {
	if h.pause != nil {
		<-h.pause
	}
}

// The timeout is another way on.
type probe struct {
	reply chan int
}

func newProbe() *probe { return &probe{reply: make(chan int)} }

func (p *probe) wait() int {
	select {
	case v := <-p.reply:
		return v
	case <-time.After(time.Millisecond):
		return 0
	}
}

func OkTimeout() {
	p := newProbe()
	keep(p)
	p.wait()
}

// The clock sends.
type poller struct {
	tick <-chan time.Time
}

func newPoller(d time.Duration) *poller { return &poller{tick: time.After(d)} }

func (p *poller) wait() { <-p.tick }

func OkClock() {
	p := newPoller(time.Millisecond)
	keep(p)
	p.wait()
}

// An element is closed under another name, by way of a map's value.
type registry struct {
	waiting map[string]chan struct{}
}

func (r *registry) wait(name string) {
	done := make(chan struct{})
	r.waiting[name] = done
	go r.finish(name)
	<-done
}

func (r *registry) finish(name string) {
	if done, ok := r.waiting[name]; ok {
		delete(r.waiting, name)
		close(done)
	}
}

func OkMap() {
	r := &registry{waiting: map[string]chan struct{}{}}
	keep(r)
	r.wait("a")
}
