//go:build errgroup

package abandonedsend

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// The group's context is cancelled by the first error, and by Wait.
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
		for v := range values {
			if err := refused(); err != nil {
				return err
			}
			use(v)
		}
		return nil
	})
	return group.Wait()
}

// A limit on the group holds up its starter, not its workers.
func okLimit() error {
	var group errgroup.Group
	group.SetLimit(2)
	values := make(chan int, len(addresses))
	for range addresses {
		group.Go(func() error {
			values <- quickly()
			return nil
		})
	}
	return group.Wait()
}
