package unownedgoroutine

import (
	"context"
	"errors"
	"log"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

type stoppable struct {
	ticker *time.Ticker
	quit   chan struct{}
	done   atomic.Bool
}

// The quit channel is closed by another method (goleak#83).
func newStoppable() *stoppable {
	s := &stoppable{ticker: time.NewTicker(time.Second), quit: make(chan struct{})}
	go s.run()
	return s
}

func (s *stoppable) run() {
	for {
		select {
		case <-s.ticker.C:
		case <-s.quit:
			return
		}
	}
}

func (s *stoppable) Close() {
	s.ticker.Stop()
	s.done.Store(true)
	close(s.quit)
}

func (s *stoppable) polled() {
	go func() {
		for !s.done.Load() {
			time.Sleep(time.Second)
		}
	}()
	go func() {
		for {
			if s.done.Load() {
				break
			}
			time.Sleep(time.Second)
		}
	}()
	go func() {
	loop:
		for {
			select {
			case <-s.ticker.C:
				if s.done.Load() {
					break loop
				}
			}
		}
	}()
	go func() {
		for {
			time.Sleep(time.Second)
			if s.done.Load() {
				goto out
			}
		}
	out:
	}()
}

func withContext(ctx context.Context, beat func() error) {
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
				_ = beat()
			}
		}
	}()
	go func() {
		for ctx.Err() == nil {
			time.Sleep(time.Second)
		}
	}()
	go func() {
		for {
			if err := beat(); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}()
}

// A bounded number of rounds.
func retries(ctx context.Context, beat func() error) {
	go func() {
		for range 3 {
			time.Sleep(time.Second)
			_ = beat()
		}
	}()
}

// It ends the process, or panics.
func watchdog(ctx context.Context, alive func() bool) {
	go func() {
		for {
			time.Sleep(time.Second)
			if !alive() {
				fail()
			}
		}
	}()
	go func() {
		for {
			time.Sleep(time.Second)
			if !alive() {
				panic(errors.New("dead"))
			}
		}
	}()
}

func fail() {
	log.Print("dead")
	os.Exit(1)
}

// A channel that others close.
func worker(ctx context.Context, jobs <-chan int) {
	go func() {
		for range jobs {
			time.Sleep(time.Second)
		}
	}()
}

type registry struct{ names sync.Map }

var global = newRegistry()

// Started once, for a package variable.
func newRegistry() *registry {
	r := &registry{}
	go r.sweep()
	return r
}

func (r *registry) sweep() {
	for range time.Tick(time.Minute) {
		r.names.Clear()
	}
}

var (
	clock   atomic.Int64
	started sync.Once
)

// Started once, whoever asks first.
func now(ctx context.Context) int64 {
	started.Do(func() {
		go func() {
			for {
				clock.Store(time.Now().Unix())
				time.Sleep(time.Second)
			}
		}()
	})
	return clock.Load()
}

// The loop is the life of the process.
func init() {
	go func() {
		for {
			time.Sleep(time.Hour)
		}
	}()
}

// Its error ends the loop, or another source takes its place.
type reader struct {
	conn net.Conn
	dial func() (net.Conn, error)
}

func newReader(conn net.Conn) *reader {
	r := &reader{conn: conn}
	go r.read()
	go r.fetch()
	return r
}

func (r *reader) read() {
	buf := make([]byte, 1024)
	for {
		_, err := r.conn.Read(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			log.Print(err)
		}
	}
}

func (r *reader) fetch() {
	conn, err := r.dial()
	for {
		if err != nil {
			conn, err = r.dial()
			continue
		}
		_, err = conn.Read(nil)
		if err != nil {
			conn.Close()
		}
	}
}

func (r *reader) Close() error { return r.conn.Close() }

// The ticker is stopped, and a channel tells the goroutine.
func toldProgress(beat func(), work func()) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case <-ticker.C:
				beat()
			case <-done:
				return
			}
		}
	}()
	work()
}

// What starts it never comes back either: whoever waits for that waits for both.
func (s *station) serveForEver(calls <-chan int) {
	go s.tick()
	for {
		<-calls
	}
}

func (s *station) tick() {
	for {
		time.Sleep(time.Second)
		s.ticks++
	}
}

type station struct{ ticks int }

func (s *station) Close() {}
