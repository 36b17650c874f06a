package unstoppedsignals

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"testing"
)

func deferred(run func(context.Context) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return run(ctx)
}

func returned() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	return ctx, stop
}

func main() {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt)
	<-ctx.Done()
}

func byGoroutine(done <-chan struct{}) context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	go func() {
		<-done
		stop()
	}()
	return ctx
}

type app struct {
	ctx  context.Context
	stop context.CancelFunc
}

func newApp() *app {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	return &app{ctx: ctx, stop: stop}
}

func (a *app) close() { a.stop() }

func storedLater(run func(context.Context)) {
	a := &app{}
	defer func() { a.stop() }()
	a.ctx, a.stop = signal.NotifyContext(context.Background(), os.Interrupt)
	run(a.ctx)
}

var stopAll context.CancelFunc

func global(run func(context.Context)) {
	var ctx context.Context
	ctx, stopAll = signal.NotifyContext(context.Background(), os.Interrupt)
	run(ctx)
}

func collected(stops []func(), byName map[string]func()) []func() {
	_, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	_, other := signal.NotifyContext(context.Background(), os.Interrupt)
	byName["other"] = other
	return append(stops, stop)
}

func asArgument(run func(context.Context)) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	a := &app{ctx: ctx, stop: stop}
	go func(a *app) {
		defer a.stop()
		run(a.ctx)
	}(a)
}

func onCondition(interactive bool, run func(context.Context)) {
	ctx, stop := context.Background(), func() {}
	if interactive {
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt)
	}
	run(ctx)
	if interactive {
		stop()
	}
}

func outerScope(run func(context.Context)) {
	var stop context.CancelFunc
	start := func() context.Context {
		var ctx context.Context
		ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt)
		return ctx
	}
	run(start())
	stop()
}

func handedOn(t *testing.T, a *app) {
	_, first := signal.NotifyContext(context.Background(), os.Interrupt)
	t.Cleanup(first)
	_, second := signal.NotifyContext(context.Background(), os.Interrupt)
	runtime.AddCleanup(a, func(int) { second() }, 0)
	_, fourth := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(a.ctx, fourth)
}
