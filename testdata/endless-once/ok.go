package endlessonce

import (
	"context"
	"sync"
	"time"
)

// The function starts the loop and returns.
type clock struct {
	ctx  context.Context
	once sync.Once
	mu   sync.Mutex
	at   time.Time
}

func (c *clock) run() {
	for c.ctx.Err() == nil {
		time.Sleep(time.Millisecond)
		c.mu.Lock()
		c.at = time.Now()
		c.mu.Unlock()
	}
}

func (c *clock) age() time.Duration {
	c.once.Do(func() { go c.run() })
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.at)
}

func OkStartsTheLoop() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	c := &clock{ctx: ctx}
	c.age()
	c.age()
}

// A literal in the function has the loop, and is only kept.
type pump struct {
	once sync.Once
	step func() bool
}

func (p *pump) prepare() func() bool {
	p.once.Do(func() {
		p.step = func() bool {
			for {
				time.Sleep(time.Hour)
			}
		}
	})
	return p.step
}

func OkOnlyKept() {
	p := &pump{}
	p.prepare()
	p.prepare()
}

// The loop ends: with a break, a return, an attempt that succeeds.
type dialer struct {
	once  sync.Once
	tries int
}

func (d *dialer) dial() int {
	d.once.Do(func() {
		for {
			d.tries++
			if d.tries > 3 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		for {
			if d.tries++; d.tries > 6 {
				return
			}
		}
	})
	return d.tries
}

func OkLoopEnds() {
	d := &dialer{}
	go d.dial()
	d.dial()
}

// A panic ends it for whoever comes later, too: the Once counts as done.
type flaky struct {
	once sync.Once
	left int
}

func (f *flaky) check() (err any) {
	defer func() { err = recover() }()
	f.once.Do(func() {
		for {
			if f.left--; f.left < 0 {
				panic("none left")
			}
		}
	})
	return nil
}

func OkPanics() {
	f := &flaky{left: 3}
	f.check()
	f.check()
}

// Do of another type, which knows no lock.
type client struct{ sent int }

func (c *client) Do(f func()) { c.sent++ }

func (c *client) ping() int {
	c.Do(func() {
		for {
			time.Sleep(time.Second)
		}
	})
	return c.sent
}

func OkOtherDo() {
	c := &client{}
	c.ping()
	c.ping()
}

// What OnceFunc makes, and what is done with it in a loop, comes back.
func OkOnceFunc() {
	stop := make(chan struct{})
	end := sync.OnceFunc(func() { close(stop) })
	for range 3 {
		end()
	}
	<-stop
}
