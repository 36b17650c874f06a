package unclosedfield

import (
	"sync"
	"time"
)

// What is kept is out of sight: the functions of the type are all that is known of it.
var keep = func(any) {}

// The stop channel is made and asked, and that is all.
type refresher struct {
	stop chan struct{}
}

func newRefresher() *refresher {
	r := &refresher{stop: make(chan struct{})}
	keep(r)
	go r.run(time.Hour)
	return r
}

func (r *refresher) run(d time.Duration) {
	ticker := time.NewTicker(d)
	defer ticker.Stop()
	for {
		select { // want "GLK802 unclosed-field: refresher.stop is the only way out of this loop, and nothing in the package closes it or sends on it"
		case <-ticker.C:
			keep(r)
		case <-r.stop:
			return
		}
	}
}

func LeakStop() { newRefresher() }

// Close closes another channel than the one that the goroutine ranges over.
type publisher struct {
	closed chan struct{}
	events chan string
}

func newPublisher() *publisher {
	p := &publisher{closed: make(chan struct{}), events: make(chan string, 8)}
	keep(p)
	go p.process()
	return p
}

func (p *publisher) process() {
	for event := range p.events { // want "GLK802 .* publisher.events is the only way out of this loop, and nothing in the package closes it"
		keep(event)
	}
}

func (p *publisher) publish(event string) { p.events <- event }

func (p *publisher) close() { close(p.closed) }

func LeakClosesOther() {
	p := newPublisher()
	p.publish("a")
	p.close()
}

// Every value of the type has a goroutine of its own, and no way to end it.
type upload struct {
	progress chan bool
}

func newUpload() *upload {
	progress := make(chan bool)
	u := &upload{progress}
	go u.report()
	keep(u)
	return u
}

func (u *upload) report() {
	for range u.progress { // want "GLK802 .* upload.progress "
		keep(u)
	}
}

func (u *upload) write() { u.progress <- true }

func LeakPerValue() {
	newUpload().write()
}

// Started with the package's own way to start goroutines.
type service struct {
	quit chan struct{}
	work chan int
}

func (s *service) launch(f func()) {
	go func() {
		defer keep(s)
		f()
	}()
}

func startService() *service {
	s := &service{quit: make(chan struct{}), work: make(chan int)}
	keep(s)
	s.launch(s.loop)
	return s
}

func (s *service) loop() {
	for {
		select { // want "GLK802 .* service.quit "
		case n := <-s.work:
			keep(n)
		case <-s.quit:
			return
		}
	}
}

func (s *service) do(n int) { s.work <- n }

func LeakService() { startService().do(1) }

// One goroutine for all, started when it is first needed.
var (
	jobs     chan int
	jobsOnce sync.Once
)

func startWorker() {
	jobs = make(chan int)
	go func() {
		for job := range jobs { // low "GLK802 .* jobs "
			keep(job)
		}
	}()
}

func enqueue(job int) {
	jobsOnce.Do(startWorker)
	jobs <- job
}

func LeakOnce() { enqueue(1) }

// The Stop that its users see is that of an embedded type, and does nothing.
type base struct{}

func (base) Stop() {}

type sampler struct {
	base
	done chan struct{}
}

func newSampler() *sampler {
	s := &sampler{done: make(chan struct{})}
	keep(s)
	go s.sample()
	return s
}

func (s *sampler) sample() {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		select { // want "GLK802 .* sampler.done "
		case <-ticker.C:
			keep(s)
		case <-s.done:
			return
		}
	}
}

func LeakPromotedStop() {
	s := newSampler()
	defer s.Stop()
}
