package lostcancel

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

func call(cancel context.CancelFunc) { cancel() }

func deferredCall(cancel func()) {
	defer func() {
		if r := recover(); r != nil {
			panic(r)
		}
	}()
	defer call(cancel)
}

func byCallee(parent context.Context) {
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	deferredCall(cancel)
}

type worker struct {
	stop  func()
	stops map[string]context.CancelFunc
	done  chan context.CancelFunc
}

func (w *worker) keep(stop func())                     { w.stop = stop }
func (w *worker) keepIn(name string, stop func())      { w.stops[name] = stop }
func (w *worker) send(stop context.CancelFunc)         { w.done <- stop }
func (w *worker) later(stop context.CancelFunc) func() { return func() { stop() } }
func (w *worker) same(stop context.CancelFunc) func()  { return stop }

// What the callee keeps, sends or gives back is no longer the caller's.
func keptByCallee(parent context.Context, w *worker) (func(), func()) {
	a, first := context.WithCancel(parent)
	w.keep(first)
	b, second := context.WithCancel(parent)
	w.keepIn("b", second)
	c, third := context.WithCancel(parent)
	w.send(third)
	d, fourth := context.WithCancel(parent)
	e, fifth := context.WithCancel(parent)
	for _, ctx := range []context.Context{a, b, c, d, e} {
		wait(ctx)
	}
	return w.later(fourth), w.same(fifth)
}

type stopper interface{ Keep(context.CancelFunc) }

type one struct{}
type other struct{}

func (one) Keep(stop context.CancelFunc)   {}
func (other) Keep(stop context.CancelFunc) { stop() }

// Which of the two it is nobody knows.
func ofInterface(parent context.Context, s stopper, keep func(context.CancelFunc)) {
	a, first := context.WithCancel(parent)
	wait(a)
	s.Keep(first)
	b, second := context.WithCancel(parent)
	wait(b)
	keep(second)
}

func all(stops ...context.CancelFunc) {
	for _, stop := range stops {
		stop()
	}
}

func variadic(parent context.Context) {
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	all(cancel)
}

// Each gives it to the other: where it ends is not followed.
func even(n int, cancel context.CancelFunc) { odd(n-1, cancel) }

func odd(n int, cancel context.CancelFunc) { even(n-1, cancel) }

func recursive(parent context.Context) {
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	even(10, cancel)
}

func assignedTwice(parent context.Context, loud bool) {
	stop := func(cancel context.CancelFunc) {}
	if loud {
		stop = func(cancel context.CancelFunc) { cancel() }
	}
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	stop(cancel)
}

func orElse(cancel context.CancelFunc, err error) error {
	if err != nil {
		cancel()
		return err
	}
	return nil
}

// The callee releases it when it fails, the caller when it does not.
func shared(parent context.Context, start func(context.Context) error) error {
	ctx, cancel := context.WithCancel(parent)
	if err := orElse(cancel, start(ctx)); err != nil {
		return err
	}
	time.AfterFunc(time.Second, cancel)
	return nil
}

func cleanup(t *testing.T, parent context.Context, once *sync.Once) error {
	ctx, cancel := context.WithCancel(parent)
	wait(ctx)
	t.Cleanup(cancel)
	again, stop := context.WithCancelCause(parent)
	wait(again)
	once.Do(func() { stop(errors.New("over")) })
	return nil
}
