package unsentreceive

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"sync"
	"time"
)

// The signal is given.
func OkClose() {
	start := make(chan struct{})
	go func() {
		<-start
		use(1)
	}()
	close(start)
}

// The worker says that it is through, with a defer.
func OkDeferredClose() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		use(1)
	}()
	<-done
}

// The cancel is deferred.
func OkDeferredCancel() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-ctx.Done()
	}()
}

// The deadline cancels.
func OkTimeout() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
}

// The cancel is kept by an object, whose method calls it.
type service struct{ cancel context.CancelFunc }

func (s *service) start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go func() {
		<-ctx.Done()
	}()
}

func (s *service) stop() { s.cancel() }

func OkCancelInField() {
	s := &service{}
	s.start()
	s.stop()
}

// A child ends with its parent.
func OkParentCancelled() {
	parent, cancel := context.WithCancel(context.Background())
	child := context.WithValue(parent, key{}, 1)
	go func() {
		<-child.Done()
	}()
	cancel()
}

type key struct{}

// The token is put in before it is taken.
func OkTokenFirst() {
	token := make(chan struct{}, 1)
	token <- struct{}{}
	<-token
	use(1)
	token <- struct{}{}
}

// As many receives as values.
func OkTwoValues() {
	values := make(chan int, 2)
	values <- 1
	values <- 2
	use(<-values, <-values)
}

// A closed channel gives zero values.
func OkClosed() {
	values := make(chan int, 1)
	values <- 1
	close(values)
	use(<-values, <-values, <-values)
}

// Clocks send by themselves.
func OkClocks() {
	timer := time.NewTimer(time.Millisecond)
	defer timer.Stop()
	<-timer.C
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for range 2 {
		<-ticker.C
	}
	<-time.After(time.Millisecond)
}

// A stopped timer is drained where its time was over.
func OkTimerDrained() {
	timer := time.NewTimer(time.Hour)
	if !timer.Stop() {
		<-timer.C
	}
}

// The process waits for a signal.
func waitForSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	<-signals
	fmt.Println("bye")
}

// The first signal cancels the context.
func waitForContext() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	<-ctx.Done()
}

// The channel is a parameter: its other end is the caller's.
func wait(done <-chan struct{}) { <-done }

func OkParameter() {
	done := make(chan struct{})
	close(done)
	wait(done)
}

// Whoever gets the channel closes it.
func stopper() (quit chan<- struct{}, exited <-chan struct{}) {
	q, e := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(e)
		<-q
	}()
	return q, e
}

func OkReturned() {
	quit, exited := stopper()
	close(quit)
	<-exited
}

// Unknown code gets the channel, in a table and in a struct.
var handlers = map[string]func(chan struct{}){"close": func(c chan struct{}) { close(c) }}

type event struct{ handled chan struct{} }

var events = make(chan event, 1)

func OkUnknownCallee() {
	c := make(chan struct{})
	go handlers["close"](c)
	<-c
	go func() {
		e := <-events
		close(e.handled)
	}()
	e := event{handled: make(chan struct{})}
	events <- e
	<-e.handled
}

// The field is closed by another method, once.
type closer struct {
	once sync.Once
	quit chan struct{}
}

func (c *closer) run() { <-c.quit }

func (c *closer) Close() { c.once.Do(func() { close(c.quit) }) }

func OkOnce() {
	c := &closer{quit: make(chan struct{})}
	go c.run()
	c.Close()
	c.Close()
}

// A channel of a package, closed by another function.
var shutdown = make(chan struct{})

func untilShutdown() { <-shutdown }

func OkPackageChannel() {
	go untilShutdown()
	close(shutdown)
}

// A poll gives up where there is nothing.
func OkDefault() {
	cancelled := make(chan struct{})
	select {
	case <-cancelled:
		return
	default:
		use(1)
	}
}

// Nothing happens in a select which has another way out.
func OkSelect() {
	never := make(chan struct{})
	select {
	case <-never:
	case <-time.After(time.Millisecond):
	}
}

// A fatal error leaves no time to wait.
func OkFatal() {
	never := make(chan struct{})
	if err := accepted(); err != nil {
		log.Fatal(err)
		<-never
	}
}

// A method value and a deferred closure close.
func OkStoredClosure() {
	done := make(chan struct{})
	stop := func() { close(done) }
	go func() {
		<-done
	}()
	defer stop()
	if refused() != nil {
		return
	}
	use(1)
}

// The clean-ups are kept in a slice.
func OkCleanups() {
	var cleanups []func()
	done := make(chan struct{})
	cleanups = append(cleanups, func() { close(done) })
	go func() {
		<-done
	}()
	for _, cleanup := range cleanups {
		cleanup()
	}
}

// A broadcast to all who wait at the gate.
func OkGate() {
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for range names {
		wg.Go(func() {
			<-gate
			use(1)
		})
	}
	close(gate)
	wg.Wait()
}

// A pool of tokens that is filled first.
func OkTokens() {
	tokens := make(chan struct{}, 2)
	for range cap(tokens) {
		tokens <- struct{}{}
	}
	var wg sync.WaitGroup
	for range names {
		wg.Go(func() {
			<-tokens
			defer func() { tokens <- struct{}{} }()
			use(1)
		})
	}
	wg.Wait()
}

// A generic future, whose set is called by others.
type future[T any] struct {
	set   chan struct{}
	value T
}

func (f *future[T]) put(value T) {
	f.value = value
	close(f.set)
}

func (f *future[T]) get() T {
	<-f.set
	return f.value
}

func OkFuture() {
	f := &future[int]{set: make(chan struct{})}
	go f.put(1)
	use(f.get())
}
