package unstoppedsignals

import (
	"context"
	"errors"
	"os"
	"os/signal"
)

func earlyReturn(ready bool, run func(context.Context) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // want "GLK705 unstopped-signals: stop is not called on every path"
	if !ready {
		return errors.New("not ready")
	}
	defer stop()
	return run(ctx)
}

func dropped(run func(context.Context) error) error {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt) // want "GLK705 .* the stop function of NotifyContext is dropped"
	return run(ctx)
}

// The parent may end.
func child(parent context.Context, run func(context.Context) error) error {
	ctx, _ := signal.NotifyContext(parent, os.Interrupt) // low "GLK705"
	return run(ctx)
}

func wait() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt) // low "GLK705 .* signals are sent to c"
	<-c
}
