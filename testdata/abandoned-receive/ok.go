package abandonedreceive

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"sync"
	"time"
)

// Each path sends once.
func OkSendOnEachPath() {
	done := make(chan error)
	go func() {
		if err := refused(); err != nil {
			done <- err
			return
		}
		done <- nil
	}()
	<-done
}

// The close is deferred, so that each return closes.
func OkDeferredClose() {
	ready := make(chan struct{})
	go func() {
		defer close(ready)
		if err := refused(); err != nil {
			return
		}
		use(1)
	}()
	<-ready
}

// The goroutine is stopped by a deferred close.
func OkDeferredStop() {
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		<-stop
	}()
	if err := refused(); err != nil {
		return
	}
	use(1)
}

// The close is within a deferred closure, with other things.
func OkDeferredClosure() {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		<-stop
	}()
	defer func() {
		close(stop)
		<-stopped
	}()
	if err := refused(); err != nil {
		return
	}
	use(1)
}

// Closed once, by whoever comes first.
func OkOnce() {
	var once sync.Once
	failed := make(chan struct{})
	for range addresses {
		go func() {
			if err := refused(); err != nil {
				once.Do(func() { close(failed) })
				return
			}
			once.Do(func() { close(failed) })
		}()
	}
	<-failed
}

// Fan-in: each of them sends once, and there are as many receives.
func OkFanIn() {
	sizes := make(chan int)
	for _, address := range addresses {
		go func() {
			sizes <- len(address)
		}()
	}
	total := 0
	for range addresses {
		total += <-sizes
	}
	use(total)
}

// The receiver may leave as well.
func OkSelectWithContext() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	values := make(chan int, 1)
	go func() {
		if refused() != nil {
			return
		}
		values <- 1
	}()
	select {
	case v := <-values:
		use(v)
	case <-ctx.Done():
	}
}

// A deadline ends the wait.
func OkContextWithTimeout() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
}

// The cancel is deferred.
func OkDeferredCancel() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-ctx.Done()
	}()
	if refused() != nil {
		return
	}
	use(1)
}

// A look without a wait.
func OkDefault() {
	values := make(chan int, 1)
	go func() {
		if accepted() == nil {
			values <- 1
		}
	}()
	select {
	case v := <-values:
		use(v)
	default:
	}
}

// The WaitGroup closes the channel when all are through.
func OkWaitThenClose() {
	var wg sync.WaitGroup
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if refused() != nil {
				return
			}
			use(1)
		}()
	}
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	<-done
}

// The value and the error come on two channels, exactly one of which gets something.
func OkValueOrError() {
	values, errs := make(chan int, 1), make(chan error, 1)
	go func() {
		if err := refused(); err != nil {
			errs <- err
			return
		}
		values <- 1
	}()
	select {
	case v := <-values:
		use(v)
	case err := <-errs:
		fmt.Println(err)
	}
}

// The process ends before it could wait in vain.
func OkExit() {
	done := make(chan struct{})
	go func() {
		if err := accepted(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		close(done)
	}()
	<-done
}

// log.Fatal ends the process as well, and so does a panic.
func OkFatal() {
	first, second := make(chan struct{}), make(chan int)
	go func() {
		if err := accepted(); err != nil {
			log.Fatalf("first: %v", err)
		}
		close(first)
	}()
	go func() {
		if err := accepted(); err != nil {
			panic(err)
		}
		second <- 1
	}()
	<-first
	<-second
}

// A conditional defer, and a wait under the same condition.
func OkConditionalDefer() {
	verbose := len(addresses) > 2
	done := make(chan struct{})
	if verbose {
		go func() {
			defer close(done)
			use(1)
		}()
		defer func() { <-done }()
	}
	if refused() != nil {
		return
	}
	use(2)
}

// Whoever made the channel waits, and unknown code gets the other end.
func OkUnknownCallee() {
	done := make(chan struct{})
	go callbacks[0](done)
	<-done
}

var callbacks = []func(chan<- struct{}){func(c chan<- struct{}) { close(c) }}

// The channel is a field: another method closes it.
type worker struct {
	quit   chan struct{}
	exited chan struct{}
}

func newWorker() *worker {
	w := &worker{quit: make(chan struct{}), exited: make(chan struct{})}
	go w.run()
	return w
}

func (w *worker) run() {
	defer close(w.exited)
	<-w.quit
}

func (w *worker) Close() {
	close(w.quit)
	<-w.exited
}

func OkMethodCloses() {
	w := newWorker()
	defer w.Close()
	if refused() != nil {
		return
	}
	use(1)
}

// A reply channel goes with its request, and each request is answered.
type query struct {
	n      int
	answer chan int
}

func OkReply() {
	queries := make(chan query)
	go func() {
		for q := range queries {
			q.answer <- double(q.n)
		}
	}()
	defer close(queries)
	for i := range 3 {
		q := query{n: i, answer: make(chan int, 1)}
		queries <- q
		use(<-q.answer)
	}
}

// A generator that is read with the second value of the receive.
func countdown(from int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := from; i > 0; i-- {
			out <- i
		}
	}()
	return out
}

func OkGenerator() {
	numbers := countdown(3)
	for {
		n, more := <-numbers
		if !more {
			break
		}
		use(n)
	}
}

// A labelled break comes to the close.
func OkLabelledBreak() {
	done := make(chan struct{})
	go func() {
	scan:
		for i := range 3 {
			for j := range 3 {
				if i*j == 2 {
					break scan
				}
			}
		}
		close(done)
	}()
	<-done
}

// A semaphore: the last one to leave is awaited by taking all places.
func OkSemaphoreDrained() {
	const places = 2
	sem := make(chan struct{}, places)
	for range addresses {
		sem <- struct{}{}
		go func() {
			defer func() { <-sem }()
			if refused() != nil {
				return
			}
			use(1)
		}()
	}
	for range places {
		sem <- struct{}{}
	}
}

// An iterator over a function feeds the sender.
func OkRangeOverFunc() {
	pairs := func(yield func(int, int) bool) {
		for i := 0; i < 2 && yield(i, double(i)); i++ {
		}
	}
	done := make(chan int)
	go func() {
		sum := 0
		for _, twice := range pairs {
			sum += twice
		}
		done <- sum
	}()
	use(<-done)
}

// A context's function closes what is awaited.
func OkAfterFuncOfContext() {
	ctx, cancel := context.WithCancel(context.Background())
	woken := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { close(woken) })
	defer stop()
	cancel()
	<-woken
}

// The timer calls the closer.
func OkTimerCloses() {
	elapsed := make(chan struct{})
	time.AfterFunc(time.Millisecond, func() { close(elapsed) })
	<-elapsed
}

// Fan-in over constants.
func OkFanInOfConstants() {
	const workers = 4
	errs := make(chan error, workers)
	for range workers {
		go func() { errs <- accepted() }()
	}
	for i := 0; i < workers; i++ {
		if err := <-errs; err != nil {
			return
		}
	}
}

// The first value of a loop that counts down is received.
func OkCountdownFromReceived() {
	c := make(chan int)
	go func() { c <- 3 }()
	for n := <-c; n > 0; n-- {
		use(n)
	}
}

// What the call returns says whether it has started the sender.
func OkStartedIfItSaysSo() {
	done := make(chan error, 1)
	started := startIf(len(addresses) > 2, done)
	if !started {
		return
	}
	<-done
}

func startIf(wanted bool, done chan error) bool {
	if !wanted {
		return false
	}
	go func() { done <- accepted() }()
	return true
}

// An error says that nothing was started.
func OkStartedWithoutError() {
	done := make(chan error)
	if err := startOrFail(addresses[0], done); err != nil {
		return
	}
	<-done
}

func startOrFail(address string, done chan error) error {
	if err := all([]string{address}); err != nil {
		return err
	}
	if address == "b" {
		return errors.New(address)
	}
	go func() { done <- accepted() }()
	return nil
}

// The channel in the map was made, with its goroutine, in an earlier round.
func OkMadeInAnEarlierRound() {
	running := map[string]chan struct{}{}
	for _, address := range addresses {
		if address != "c" {
			done := make(chan struct{})
			running[address] = done
			go func() {
				defer close(done)
				_ = accepted()
			}()
		} else if done, ok := running["a"]; ok {
			<-done
			delete(running, "a")
		}
	}
}
