// Package stock leaves goroutines behind at locks, in helpers and in methods.
package stock

import (
	"context"
	"iter"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"

	"example.com/shop/kit"
)

// Shelf is a generic type, for its names.
type Shelf[T any] struct{ in chan T }

// Fill starts run.
func (s *Shelf[T]) Fill() { go s.run() }

func (s *Shelf[T]) run() {
	for range s.in {
	}
}

// Clerk has methods that block.
type Clerk struct{ quit chan struct{} }

func (c *Clerk) wait()           { <-c.quit }
func (c Clerk) count(n int)      { <-c.quit }
func (c *Clerk) tell(n int) bool { <-c.quit; return n > 0 }

type counter interface{ count(int) }

// Methods starts methods in every form.
func Methods() {
	c := &Clerk{make(chan struct{})}
	go c.wait()
	f := c.wait
	go f()
	go c.tell(1)
	var i counter = c
	go i.count(2)
	g := (*Clerk).wait
	go g(c)
}

// Locks blocks on each kind of lock.
func Locks() {
	mu := new(sync.Mutex)
	mu.Lock()
	go func() {
		mu.Lock()
		defer mu.Unlock()
	}()
	rw := new(sync.RWMutex)
	rw.Lock()
	go func() { rw.RLock() }()
	go func() { rw.Lock() }()
}

// Waits blocks on a WaitGroup and on a Cond.
func Waits() {
	wg := new(sync.WaitGroup)
	wg.Add(1)
	go func() { wg.Wait() }()
	c := sync.NewCond(new(sync.Mutex))
	go func() {
		c.L.Lock()
		c.Wait()
		c.L.Unlock()
	}()
}

// Helpers starts goroutines through functions whose go statement is elsewhere.
func Helpers() {
	ch := make(chan int)
	wg := new(sync.WaitGroup)
	wg.Go(func() { ch <- 1 })
	time.AfterFunc(time.Millisecond, func() { ch <- 2 })
	g := new(kit.Group)
	g.Start(func() {
		ch <- 3
	})
	kit.Watch(ch, func(int) { select {} })
	next, _ := iter.Pull(func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	})
	next()
	kept = append(kept, next)
}

var kept []any

// Clock sleeps and ticks for ever.
func Clock() {
	go func() {
		for {
			time.Sleep(time.Hour)
		}
	}()
	t := time.NewTicker(time.Hour)
	go func() {
		for range t.C {
		}
	}()
}

// Locked holds its thread.
func Locked() {
	ch := make(chan int)
	go func() {
		runtime.LockOSThread()
		<-ch
	}()
}

// Labels carries profiler labels that are hard to read.
func Labels() {
	ch := make(chan int)
	labels := pprof.Labels("handler", "/v1/orders", "tenant", `a "quoted", [b]: c`)
	pprof.Do(context.Background(), labels, func(context.Context) {
		go func() { <-ch }()
	})
}

// Blocked leaves the finalizer goroutine and a cleanup goroutine blocked.
func Blocked() {
	p := new([64]byte)
	runtime.SetFinalizer(p, func(*[64]byte) { <-make(chan int) })
	p = nil
	runtime.GC()
	q := new([64]byte)
	runtime.AddCleanup(q, func(int) { <-make(chan int) }, 1)
	q = nil
	runtime.GC()
}

// Busy never waits.
func Busy() {
	go func() {
		for x := 0; ; x++ {
			if x < 0 {
				runtime.Gosched()
			}
		}
	}()
}

// Parents starts the same goroutine from three goroutines.
func Parents() {
	ch := make(chan int)
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			go receive(ch)
		}()
	}
	wg.Wait()
}

func receive(ch chan int) { <-ch }

// Inlined runs a literal that came in by inlining: the linker names it after this function.
func Inlined() { kit.Later(make(chan int))() }

// Value hands a method over as a value.
func Value() {
	c := &Clerk{make(chan struct{})}
	new(sync.WaitGroup).Go(c.wait)
}
