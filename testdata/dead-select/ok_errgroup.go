//go:build errgroup

package deadselect

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// The group's context is done when Wait is reached after an error, or when the parent is.
func okGroup(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	values := make(chan int)
	group.Go(func() error {
		defer close(values)
		for i := range 3 {
			select {
			case values <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	group.Go(func() error {
		for {
			select {
			case v, more := <-values:
				if !more {
					return nil
				}
				use(v)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	return group.Wait()
}
