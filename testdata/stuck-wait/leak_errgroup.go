//go:build errgroup

package stuckwait

import "golang.org/x/sync/errgroup"

// The group waits for a function that waits for a receive after Wait.
func leakGroup() error {
	var group errgroup.Group
	values := make(chan int)
	group.Go(func() error {
		values <- quickly()
		return nil
	})
	if err := group.Wait(); err != nil { // want "GLK301"
		return err
	}
	use(<-values)
	return nil
}
