package lostcancel

import (
	"context"
	"log"
	"os"
	"os/signal"
	"sync"
	"time"
)

func deferred(parent context.Context) {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	wait(ctx)
}

func everyPath(parent context.Context, ready bool) error {
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	if !ready {
		cancel()
		return errNotReady
	}
	cancel()
	return nil
}

// Called in a goroutine (gosec#1590).
func calledByGoroutine(parent context.Context, done <-chan struct{}) {
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	go func() {
		<-done
		cancel()
	}()
}

type job struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// Returned in a field, called by the caller (gosec#1591, #1584).
func newJob(parent context.Context) *job {
	ctx, cancel := context.WithCancel(parent)
	return &job{ctx: ctx, cancel: cancel}
}

func (j *job) stop() { j.cancel() }

// Stored in a field after construction and called by a deferred closure (gosec#1595).
func storedLater(parent context.Context) {
	j := &job{}
	defer func() { j.cancel() }()
	j.ctx, j.cancel = context.WithCancel(parent)
	wait(j.ctx)
}

var stopAll context.CancelFunc

// Stored in a package variable and called from a signal handler (gosec#1601).
func global(parent context.Context) context.Context {
	var ctx context.Context
	ctx, stopAll = context.WithCancel(parent)
	return ctx
}

func onSignal() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	<-c
	stopAll()
}

// Kept in a slice and a map (gosec#1668).
func kept(parent context.Context, names []string) (stops []func(), byName map[string]func()) {
	byName = map[string]func(){}
	for _, name := range names {
		ctx, cancel := context.WithCancel(parent)
		wait(ctx)
		stops = append(stops, cancel)
		byName[name] = cancel
	}
	return stops, byName
}

// The goroutine gets the job (gosec#1637).
func handedOver(parent context.Context) {
	ctx, cancel := context.WithTimeout(parent, time.Second)
	j := job{ctx: ctx, cancel: cancel}
	go func(j job) {
		wait(j.ctx)
		j.cancel()
	}(j)
}

// Deferred on a condition that is tested with the same answer (golang/go#58850).
func conditional(parent context.Context, timeout time.Duration) {
	ctx := parent
	var cancel context.CancelFunc
	if timeout > 0 {
		ctx, cancel = context.WithTimeout(parent, timeout)
	}
	wait(ctx)
	if timeout > 0 {
		cancel()
	}
}

func conditionalNil(parent context.Context, timeout time.Duration) {
	var cancel context.CancelFunc
	ctx := parent
	if timeout > 0 {
		ctx, cancel = context.WithTimeout(parent, timeout)
	}
	wait(ctx)
	if cancel != nil {
		defer cancel()
	}
}

// The parent is cancelled, and with it the child (golang/go#69790).
func child(parent context.Context) {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	inner, _ := context.WithTimeout(ctx, time.Second)
	wait(inner)
}

// Reassigned after it was called.
func reassigned(parent context.Context) {
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	cancel()
	ctx, cancel = context.WithCancel(parent)
	defer cancel()
	wait(ctx)
}

// A variable of an outer scope (golang/go#31856).
func outer(parent context.Context) {
	var cancel context.CancelFunc
	start := func() context.Context {
		var ctx context.Context
		ctx, cancel = context.WithCancel(parent)
		return ctx
	}
	wait(start())
	cancel()
}

// A closure that was deferred before calls the latest one.
func deferredBefore(parent context.Context, rounds int) {
	ctx, cancel := context.WithCancel(parent)
	defer func() { cancel() }()
	for range rounds {
		cancel()
		ctx, cancel = context.WithCancel(parent)
		wait(ctx)
	}
}

func afterFunc(parent context.Context, other context.Context) {
	ctx, cancel := context.WithCancel(parent)
	context.AfterFunc(other, cancel)
	wait(ctx)
}

func timer(parent context.Context) {
	ctx, cancel := context.WithCancel(parent)
	time.AfterFunc(time.Second, cancel)
	wait(ctx)
}

// The process ends on the other path.
func fatal(parent context.Context, ready bool) {
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	if !ready {
		log.Fatal("not ready")
	}
	if ctx.Err() != nil {
		exit("over")
	}
	if parent.Err() != nil {
		panic("over")
	}
	cancel()
}

func exit(reason string) {
	log.Print(reason)
	os.Exit(1)
}

func forEver(parent context.Context, ch <-chan int) {
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	for {
		if <-ch == 0 {
			cancel()
			return
		}
	}
}

func returned(parent context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(parent)
}

func named(parent context.Context) (ctx context.Context, cancel context.CancelFunc) {
	ctx, cancel = context.WithCancel(parent)
	return
}

func once(parent context.Context) func() {
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	var once sync.Once
	return func() { once.Do(cancel) }
}

func jump(parent context.Context, ok bool) {
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	if !ok {
		goto done
	}
	wait(parent)
done:
	cancel()
}

// The parent has ended on that path.
func parentEnded(parent context.Context, ch <-chan int) int {
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	select {
	case <-parent.Done():
		return 0
	case v := <-ch:
		cancel()
		return v
	}
}
