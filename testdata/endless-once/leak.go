package endlessonce

import (
	"sync"
	"time"
)

// The loop stands in the function itself; the caller wants to go on.
type cache struct {
	once sync.Once
	mu   sync.Mutex
	at   time.Time
}

func (c *cache) age() time.Duration {
	c.once.Do(func() { // want "GLK408 endless-once: once.Do never comes back from the function that it runs, and every later caller waits for it"
		for {
			time.Sleep(time.Millisecond)
			c.mu.Lock()
			c.at = time.Now()
			c.mu.Unlock()
		}
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.at)
}

func LeakLoopInTheFunction() {
	c := &cache{}
	go c.age()
	time.Sleep(10 * time.Millisecond)
	c.age()
}

// The loop is a method, which another one calls.
type poller struct {
	once  sync.Once
	ticks chan int
}

func (p *poller) start() {
	p.loop()
}

func (p *poller) loop() {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		select {
		case p.ticks <- 1:
		default:
		}
	}
}

func (p *poller) next() int {
	p.once.Do(p.start) // want "GLK408 .*once.Do never comes back"
	return <-p.ticks
}

func LeakLoopOfAMethod() {
	p := &poller{ticks: make(chan int)}
	go p.next()
	time.Sleep(10 * time.Millisecond)
	p.next()
}

// Each goroutine that is to start the loop stays, the first one in the loop, the others before it.
type reaper struct {
	once sync.Once
	dead int
}

func (r *reaper) reap() {
	for {
		time.Sleep(time.Millisecond)
		r.dead++
	}
}

func (r *reaper) add() {
	go func() {
		r.once.Do(r.reap) // want "GLK408 .*once.Do never comes back"
	}()
}

func (r *reaper) remove() {
	go func() {
		r.once.Do(func() {})
	}()
}

func LeakStartedAgain() {
	r := &reaper{}
	r.add()
	time.Sleep(10 * time.Millisecond)
	r.add()
	r.remove()
}

// Only one place calls, as the last thing that it does: it may be meant to stay there.
type runner struct {
	once sync.Once
	laps int
}

func (r *runner) Run() {
	r.once.Do(func() { // low "GLK408 .*once.Do never comes back"
		for {
			time.Sleep(time.Millisecond)
			r.laps++
		}
	})
}

func LeakSecondRun() {
	r := &runner{}
	go r.Run()
	time.Sleep(10 * time.Millisecond)
	r.Run()
}

// What OnceValue makes is a Once, too: it is its callers who wait.
type settings struct {
	load func() int
}

func newSettings() *settings {
	s := &settings{}
	s.load = sync.OnceValue(func() int {
		n := 0
		for {
			time.Sleep(time.Millisecond)
			n++
		}
	})
	return s
}

func (s *settings) level() int {
	return s.load() + 1 // want "GLK408 .*: load never comes back from the function that it runs"
}

func LeakOnceValue() {
	s := newSettings()
	go s.level()
	time.Sleep(10 * time.Millisecond)
	s.level()
}

// It waits for itself.
func LeakCallsItself() {
	var depth func() int
	depth = sync.OnceValue(func() int {
		return depth() + 1 // want "GLK408 .*: depth is called by the function that it runs, and waits for it"
	})
	depth()
}
