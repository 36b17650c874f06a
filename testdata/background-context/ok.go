package backgroundcontext

import (
	"context"
	"time"
)

func passedOn(ctx context.Context) error {
	return get(ctx, "")
}

func noContext() error {
	return get(context.Background(), "")
}

// The caller gave none.
func nilContext(ctx context.Context) error {
	if ctx == nil {
		ctx = context.Background()
	}
	if ctx == nil {
		return get(context.Background(), "")
	}
	return get(ctx, "")
}

// The given context has ended; what cleans up needs another one.
func afterEnd(ctx context.Context) error {
	<-ctx.Done()
	return get(context.Background(), "bye")
}

func inCase(ctx context.Context, ch <-chan int) error {
	select {
	case <-ctx.Done():
		return get(context.Background(), "bye")
	case <-ch:
		return nil
	}
}

func checked(ctx context.Context) error {
	if ctx.Err() != nil {
		return get(context.Background(), "bye")
	}
	return nil
}

func deferred(ctx context.Context) error {
	defer get(context.Background(), "bye")
	defer func() {
		_ = get(context.Background(), "bye")
	}()
	return get(ctx, "")
}

// Work that shall outlive the caller.
func detached(ctx context.Context) {
	go get(context.Background(), "later")
	go func() {
		_ = get(context.Background(), "later")
	}()
}

func withoutCancel(ctx context.Context) error {
	return get(context.WithoutCancel(ctx), "later")
}

// It ends by itself.
func bounded(ctx context.Context) error {
	inner, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return get(inner, "")
}

// The context cannot be used.
func unnamed(_ context.Context) error {
	return get(context.Background(), "")
}

type server struct{}

func (s *server) Shutdown(ctx context.Context) error {
	return get(context.Background(), "flush")
}
