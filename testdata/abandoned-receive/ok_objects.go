package abandonedreceive

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"
)

// A handler that the server runs closes what is awaited.
func OkServer() {
	done := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(done)
	}))
	defer srv.Close()
	resp, err := http.Get(srv.URL)
	if err != nil {
		return
	}
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	<-done
}

// Closing the listener ends the loop that accepts.
func OkListener() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	l.Close()
	<-done
}

type lazy struct {
	once  sync.Once
	ready chan struct{}
}

func (l *lazy) start() {
	l.once.Do(func() {
		go func() { close(l.ready) }()
	})
}

// sync.Once starts the goroutine that closes.
func OkLazy() {
	l := &lazy{ready: make(chan struct{})}
	l.start()
	l.start()
	<-l.ready
}

// The last one closes.
func OkLastOneClosesUnderLock() {
	var mu sync.Mutex
	left := len(addresses)
	done := make(chan struct{})
	for range addresses {
		go func() {
			mu.Lock()
			defer mu.Unlock()
			left--
			if left == 0 {
				close(done)
			}
		}()
	}
	<-done
}

// Cancelled with a cause, by a goroutine.
func OkCause() {
	ctx, cancel := context.WithCancelCause(context.Background())
	go func() { cancel(errRefused) }()
	<-ctx.Done()
	if !errors.Is(context.Cause(ctx), errRefused) {
		panic("x")
	}
}

// A context with a value ends with its parent.
func OkValueContext() {
	ctx, cancel := context.WithCancel(context.Background())
	type key struct{}
	ctx = context.WithValue(ctx, key{}, 1)
	defer cancel()
	go func(ctx context.Context) { <-ctx.Done() }(ctx)
}

// The child has a deadline, which ends the wait.
func OkTimeoutChild() {
	ctx, cancel := context.WithCancel(context.Background())
	ctx, cancelTimeout := context.WithTimeout(ctx, time.Millisecond)
	go func() {
		defer cancel()
		defer cancelTimeout()
		<-ctx.Done()
	}()
}

// The timer calls the cancel function.
func OkCancelByTimer() {
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(time.Millisecond, cancel)
	<-ctx.Done()
}

// The cancel functions are in a slice, and all are called.
func OkCancelSlice() {
	var cancels []context.CancelFunc
	for range addresses {
		ctx, cancel := context.WithCancel(context.Background())
		cancels = append(cancels, cancel)
		go func() { <-ctx.Done() }()
	}
	for _, cancel := range cancels {
		cancel()
	}
}

// The function that stops is returned, and deferred.
func OkReturnedStop() {
	stop := startLoop()
	defer stop()
	if refused() != nil {
		return
	}
}

// Result channels go over a channel.
func OkChannelOfResults() {
	jobs := make(chan chan int, len(addresses))
	for range addresses {
		c := make(chan int, 1)
		jobs <- c
		go func() { c <- 1 }()
	}
	close(jobs)
	for c := range jobs {
		use(<-c)
	}
}

type config struct {
	onDone func()
	limit  int
}

type option func(*config)

func withDone(f func()) option { return func(c *config) { c.onDone = f } }

func runOptions(options ...option) {
	var cfg config
	for _, o := range options {
		o(&cfg)
	}
	go func() {
		defer cfg.onDone()
		use(cfg.limit)
	}()
}

// The function that closes comes as an option.
func OkOptions() {
	done := make(chan struct{})
	runOptions(withDone(func() { close(done) }))
	<-done
}

// Each turn of the loop defers its close.
func OkDeferInLoop() {
	for range addresses {
		c := make(chan int)
		defer close(c)
		go func() { <-c }()
	}
}

// The last one closes, by an atomic counter.
func OkLastOneCloses() {
	var left atomic.Int32
	left.Store(3)
	done := make(chan struct{})
	for range 3 {
		go func() {
			if left.Add(-1) == 0 {
				close(done)
			}
		}()
	}
	<-done
}

func runWith(cfg config) {
	go func() {
		if cfg.onDone != nil {
			defer cfg.onDone()
		}
		use(cfg.limit)
	}()
}
