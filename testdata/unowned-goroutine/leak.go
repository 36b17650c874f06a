package unownedgoroutine

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
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

// The error that says that the source is closed is swallowed.
type receiver struct {
	conn net.Conn
	last atomic.Int64
}

func newReceiver(conn net.Conn) *receiver {
	r := &receiver{conn: conn}
	go r.receive() // want "GLK801 .* nothing can end this goroutine, which goes on when r.conn fails"
	return r
}

func (r *receiver) receive() {
	buf := make([]byte, 1024)
	for {
		n, err := r.conn.Read(buf)
		if err != nil {
			log.Print(err)
			continue
		}
		r.last.Store(int64(n))
	}
}

func (r *receiver) Close() error { return r.conn.Close() }

func listen(addr string, serve func(net.Conn)) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	defer l.Close()
	go func() { // want "GLK801 .* which goes on when l fails"
		for {
			conn, err := l.Accept()
			if err != nil {
				time.Sleep(time.Millisecond)
				continue
			}
			serve(conn)
		}
	}()
	return errors.New("over")
}

// Nobody in view closes it.
func consume(src interface{ Recv() (int, error) }, use func(int)) {
	go func() { // low "GLK801 .* which goes on when src fails"
		for {
			m, err := src.Recv()
			if err == nil {
				use(m)
			}
		}
	}()
}

// Nobody but the goroutine has what it reads from, so that closing the whole cannot end it.
type monitor struct {
	open func(string) (*net.UDPConn, error)
	seen atomic.Int64
}

func (m *monitor) start(names []string) error {
	for _, name := range names {
		conn, err := m.open(name)
		if err != nil {
			return err
		}
		go m.watch(conn) // want "GLK801 .* which goes on when conn fails"
	}
	return nil
}

func (m *monitor) watch(conn *net.UDPConn) {
	buf := make([]byte, 64)
	for {
		n, _, err := conn.ReadFromUDP(buf)
		if err != nil {
			log.Print(err)
			continue
		}
		m.seen.Add(int64(n))
	}
}

func (m *monitor) stopAll() { m.seen.Store(0) }

// Whoever starts it stops the ticker, and believes that this ends the goroutine.
func progress(beat func(), work func()) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	go func() { // want "GLK801 .* which waits only for the clock"
		for range ticker.C {
			beat()
		}
	}()
	work()
}

// So does whoever is given Stop.
func heartbeat(beat func()) func() {
	ticker := time.NewTicker(time.Second)
	go func() { // want "GLK801 .* which waits only for the clock"
		for {
			<-ticker.C
			beat()
		}
	}()
	return ticker.Stop
}

// Stop is promoted from a type that has nothing to stop.
type component struct{}

func (*component) Stop() error { return nil }

type scanner struct {
	component
	seen int
}

func newScanner() *scanner {
	s := &scanner{}
	go s.scan() // want "GLK801 .* which waits only for the clock"
	return s
}

func (s *scanner) scan() {
	for {
		time.Sleep(time.Second)
		s.seen++
	}
}

// It never comes back, and starts another one with each call.
func (s *switchboard) serveForEver(calls <-chan int) {
	for {
		<-calls
		go s.ring() // want "GLK801"
	}
}

func (s *switchboard) ring() {
	for {
		time.Sleep(time.Second)
		s.rings++
	}
}

type switchboard struct{ rings int }

func (s *switchboard) Close() {}
