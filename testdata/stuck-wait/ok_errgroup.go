//go:build errgroup

package stuckwait

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Go counts, and counts down when its function returns, whatever it returns.
func okGroup() error {
	var group errgroup.Group
	for range addresses {
		group.Go(func() error {
			if err := refused(); err != nil {
				return err
			}
			return nil
		})
	}
	return group.Wait()
}

// No more than two at a time.
func okGroupLimit() error {
	var group errgroup.Group
	group.SetLimit(2)
	for range addresses {
		group.Go(accepted)
	}
	return group.Wait()
}

// The context of the group ends with its first error.
func okGroupContext() error {
	group, ctx := errgroup.WithContext(context.Background())
	group.Go(func() error {
		<-ctx.Done()
		return nil
	})
	group.Go(func() error { return errRefused })
	return group.Wait()
}
