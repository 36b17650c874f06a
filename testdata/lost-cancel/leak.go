package lostcancel

import (
	"context"
	"errors"
	"time"
)

var errNotReady = errors.New("not ready")

func wait(ctx context.Context) {
	go func() { <-ctx.Done() }()
}

func earlyReturn(parent context.Context, ready bool) error {
	ctx, cancel := context.WithCancel(parent) // want "GLK501 lost-cancel: cancel is not called on every path"
	wait(ctx)
	if !ready {
		return errNotReady
	}
	cancel()
	return nil
}

func discarded(parent context.Context) {
	ctx, _ := context.WithCancel(parent) // want "GLK501 .* the cancel function of ctx is discarded"
	wait(ctx)
}

func discardedTimeout(parent context.Context) {
	ctx, _ := context.WithTimeout(parent, time.Minute) // want "GLK501 .* of ctx is discarded"
	wait(ctx)
}

// The first cancel function is lost when there is a timeout.
func overwritten(parent context.Context, timeout time.Duration) {
	ctx, cancel := context.WithCancel(parent) // want "GLK501 .* cancel is overwritten before it is called"
	if timeout > 0 {
		ctx, cancel = context.WithTimeout(parent, timeout)
	}
	defer cancel()
	wait(ctx)
}

func loop(parent context.Context, items []int) {
	for _, item := range items {
		ctx, cancel := context.WithTimeout(parent, time.Second) // want "GLK501 .* on every path through the loop"
		wait(ctx)
		if item == 0 {
			continue
		}
		cancel()
	}
}

func fromSwitch(parent context.Context, kind int) {
	ctx, cancel := context.WithCancelCause(parent) // want "GLK501"
	wait(ctx)
	switch kind {
	case 0:
		cancel(nil)
	case 1:
		fallthrough
	case 2:
		cancel(errNotReady)
	}
}

func fromSelect(parent context.Context, first, second <-chan int) int {
	ctx, cancel := context.WithDeadline(parent, time.Now().Add(time.Second)) // want "GLK501"
	wait(ctx)
	select {
	case v := <-first:
		cancel()
		return v
	case v := <-second:
		return v
	}
}

func labels(parent context.Context, rows [][]int) {
	ctx, cancel := context.WithCancel(parent) // want "GLK501"
	wait(ctx)
outer:
	for _, row := range rows {
		for _, v := range row {
			if v == 0 {
				break outer
			}
			if v == 1 {
				goto done
			}
		}
	}
	cancel()
done:
}

// The inner cancel is another variable, and only that one is called.
func shadowed(parent context.Context, again bool) {
	ctx, cancel := context.WithCancel(parent) // want "GLK501"
	wait(ctx)
	if again {
		ctx, cancel := context.WithCancel(parent)
		defer cancel()
		wait(ctx)
		return
	}
	cancel()
}

func namedResult(parent context.Context, ok bool) (ctx context.Context, stop func(), err error) {
	ctx, cancel := context.WithCancel(parent) // want "GLK501"
	if !ok {
		err = errNotReady
		return
	}
	return ctx, func() { cancel() }, nil
}

func inLiteral(parent context.Context) {
	go func() {
		ctx, cancel := context.WithCancel(parent) // want "GLK501"
		if ctx.Err() != nil {
			return
		}
		wait(ctx)
		cancel()
	}()
}

// Nobody has the context on the way that loses it, and it is in nobody's set.
func unusedRoot(known map[string]int, key string) int {
	ctx, cancel := context.WithCancel(context.WithValue(context.TODO(), keyType{}, key)) // low "GLK501"
	if v, ok := known[key]; ok {
		return v
	}
	defer cancel()
	wait(ctx)
	return 0
}

// The goroutine has it.
func usedRoot(ready bool) {
	ctx, cancel := context.WithCancel(context.Background()) // want "GLK501"
	go wait(ctx)
	if !ready {
		return
	}
	cancel()
}

type keyType struct{}

// Whether it ever comes back does not matter: nobody can end the context.
func endlessDiscarded(parent context.Context, events <-chan int) {
	ctx, _ := context.WithCancel(parent) // want "GLK501"
	for {
		select {
		case <-events:
		case <-ctx.Done():
		}
	}
}
