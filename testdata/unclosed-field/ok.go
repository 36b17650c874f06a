package unclosedfield

import (
	"context"
	"errors"
	"time"
)

// Closed by a method.
type poller struct {
	stop chan struct{}
}

func newPoller() *poller {
	p := &poller{stop: make(chan struct{})}
	keep(p)
	go p.run()
	return p
}

func (p *poller) run() {
	for {
		select {
		case <-time.After(time.Hour):
		case <-p.stop:
			return
		}
	}
}

func (p *poller) close() { close(p.stop) }

func OkClosed() { newPoller().close() }

// The context is another way out.
type syncer struct {
	stop chan struct{}
}

func newSyncer(ctx context.Context) *syncer {
	s := &syncer{stop: make(chan struct{})}
	keep(s)
	go s.run(ctx)
	return s
}

func (s *syncer) run(ctx context.Context) {
	for {
		select {
		case <-time.After(time.Hour):
		case <-s.stop:
			return
		case <-ctx.Done():
			return
		}
	}
}

func OkContext() {
	ctx, cancel := context.WithCancel(context.Background())
	newSyncer(ctx)
	cancel()
}

// An error ends the loop.
type reader struct {
	lines chan string
}

func newReader() *reader {
	r := &reader{lines: make(chan string)}
	keep(r)
	go r.run()
	return r
}

func (r *reader) run() {
	for line := range r.lines {
		if check(line) != nil {
			return
		}
	}
}

func check(line string) error {
	if line == "" {
		return errors.New("empty line")
	}
	return nil
}

func (r *reader) add(line string) { r.lines <- line }

func (r *reader) close() { r.add("") }

func OkError() { newReader().close() }

// The stop channel is sent on.
type pump struct {
	stop chan chan struct{}
}

func newPump() *pump {
	p := &pump{stop: make(chan chan struct{})}
	keep(p)
	go p.run()
	return p
}

func (p *pump) run() {
	for {
		select {
		case <-time.After(time.Hour):
		case done := <-p.stop:
			close(done)
			return
		}
	}
}

func (p *pump) close() {
	done := make(chan struct{})
	p.stop <- done
	<-done
}

func OkSent() { newPump().close() }

// A nil channel turns the case off for good: that is what it is there for.
type throttle struct {
	pause chan struct{}
	quit  chan struct{}
}

func newThrottle() *throttle {
	t := &throttle{quit: make(chan struct{})}
	keep(t)
	go t.run()
	return t
}

func (t *throttle) run() {
	for {
		select {
		case <-t.pause:
		case <-t.quit:
			return
		}
	}
}

func (t *throttle) close() { close(t.quit) }

func OkNil() { newThrottle().close() }

// What a tool does before it exits.
func flush(in chan int) {
	for range in {
	}
}

type batch struct {
	in chan int
}

func (b *batch) run() { flush(b.in) }

func (b *batch) start() {
	b.in = make(chan int)
	keep(b)
	go b.run()
}

func (b *batch) end() { close(b.in) }

func OkParameter() {
	b := &batch{}
	b.start()
	b.end()
}

// It has a Stop of its own, in front of the empty one that it embeds.
type common struct{}

func (common) Stop() {}

type probe struct {
	common
	done chan struct{}
}

func newProbe() *probe {
	p := &probe{done: make(chan struct{})}
	keep(p)
	go p.watch()
	return p
}

func (p *probe) watch() {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			keep(p)
		case <-p.done:
			return
		}
	}
}

func (p *probe) Stop() { close(p.done) }

func OkOwnStop() { newProbe().Stop() }
