package unsentreceive

import (
	"context"
	"sync"
)

// The signal to start is never given.
func LeakNoSignal() {
	start := make(chan struct{})
	go func() {
		<-start // want "GLK105 unsent-receive: receive from start blocks for ever: nobody sends on it or closes it"
		use(1)
	}()
}

// The worker does not say that it is through.
func LeakSilentWorker() {
	done := make(chan bool)
	go func() {
		use(1)
	}()
	<-done // want "GLK105 .* receive from done "
}

// The context has a cancel function, which nobody calls.
func LeakNotCancelled() {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	go func() {
		<-ctx.Done() // want "GLK105 .* nobody "
	}()
}

// The send comes after the receive, in the same goroutine.
func LeakSendBehindReceive() {
	token := make(chan struct{}, 1)
	<-token // want "GLK105 .* receive from token "
	use(1)
	token <- struct{}{}
}

// One value, two receives.
func LeakSecondReceive() {
	errs := make(chan error, 1)
	errs <- accepted()
	<-errs
	<-errs // want "GLK105 .* receive from errs "
}

// The channel that is closed is another one of the same name.
func LeakShadowed() {
	done := make(chan struct{})
	if accepted() == nil {
		done := make(chan struct{})
		go func() { close(done) }()
	}
	<-done // want "GLK105 .* receive from done "
}

// A named function waits for a channel that its caller forgets.
func LeakNamedWaiter() {
	quit := make(chan struct{})
	go waitFor(quit)
	use(1)
}

func waitFor(quit <-chan struct{}) {
	<-quit // want "GLK105 .* receive from quit "
	use(2)
}

// The field of a local value: stop forgets to close.
func LeakMethod() {
	p := &poller{quit: make(chan struct{})}
	go p.run()
	p.stop()
}

type poller struct {
	quit  chan struct{}
	count int
}

func (p *poller) run() {
	<-p.quit // want "GLK105 .* receive from quit "
	use(p.count)
}

func (p *poller) stop() { p.count = 0 }

// A deferred wait for something that was taken out.
func LeakDeferredWait() {
	flushed := make(chan struct{})
	defer func() {
		<-flushed // want "GLK105 .* receive from flushed "
	}()
	use(1)
}

// Of three channels one has no sender.
func LeakOneOfThree() {
	a, b, c := make(chan int), make(chan int), make(chan int)
	go func() { a <- 1 }()
	go func() { c <- 3 }()
	use(<-a)
	use(<-b) // want "GLK105 .* receive from b "
	use(<-c)
}

// All workers wait at the gate.
func LeakGate() {
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for range names {
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-gate // want "GLK105 .* receive from gate "
			use(1)
		}()
	}
	wg.Wait()
}

// The pool of tokens was made without tokens.
func LeakEmptyTokens() {
	tokens := make(chan struct{}, 2)
	for range names {
		go func() {
			<-tokens // want "GLK105 .* receive from tokens "
			defer func() { tokens <- struct{}{} }()
			use(1)
		}()
	}
}

// The subscriber is registered, and the registry never calls it.
type registry struct{ subscribers []chan int }

func (r *registry) subscribe() chan int {
	c := make(chan int)
	r.subscribers = append(r.subscribers, c)
	return c
}

func LeakSubscriber() {
	r := &registry{}
	c := r.subscribe()
	go func() {
		use(<-c) // want "GLK105 .* receive from c "
	}()
}
