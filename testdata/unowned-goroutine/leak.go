package unownedgoroutine

import (
	"context"
	"net/http"
	"sync"
	"time"
)

type cache struct {
	mu      sync.Mutex
	entries map[string]time.Time
	ticker  *time.Ticker
}

func newCache() *cache {
	c := &cache{entries: map[string]time.Time{}}
	go c.expire() // want "GLK801 unowned-goroutine: nothing can end this goroutine, which waits only for the clock"
	return c
}

func (c *cache) expire() {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for range ticker.C {
		c.clear()
	}
}

func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
}

// Stop stops the ticker, but does not close its channel.
func (c *cache) Stop() { c.ticker.Stop() }

func (c *cache) Start() {
	c.ticker = time.NewTicker(time.Minute)
	go func() { // want "GLK801"
		for {
			select {
			case <-c.ticker.C:
				c.clear()
			}
		}
	}()
}

// The break leaves the select, not the loop.
func (c *cache) Poll(limit int) {
	go func() { // want "GLK801"
		rounds := 0
		for {
			select {
			case <-time.After(time.Second):
				rounds++
				if rounds > limit {
					break
				}
				c.clear()
			}
		}
	}()
}

func (c *cache) Sleep() {
	go func() { // want "GLK801"
		defer c.clear()
		c.loop()
	}()
}

func (c *cache) loop() {
	for {
		time.Sleep(time.Second)
		c.clear()
	}
}

func handle(w http.ResponseWriter, r *http.Request) {
	go func() { // want "GLK801"
		for range time.Tick(time.Second) {
			w.WriteHeader(http.StatusContinue)
		}
	}()
}

func ignoresContext(ctx context.Context, beat func()) {
	var wg sync.WaitGroup
	wg.Go(func() { // want "GLK801"
		for {
			beat()
			time.Sleep(time.Second)
		}
	})
	<-ctx.Done()
}

// The goroutine outlives the value that it works for.
func startAll(caches []*cache) {
	for _, c := range caches {
		go c.expire() // want "GLK801"
	}
}
