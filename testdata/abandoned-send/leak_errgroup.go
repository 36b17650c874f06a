//go:build errgroup

package abandonedsend

import "golang.org/x/sync/errgroup"

// The first error returns without waiting for the rest of the group.
func leakGroup() error {
	var group errgroup.Group
	values := make(chan int)
	group.Go(func() error {
		values <- quickly() // want "GLK101 .* send on values "
		return nil
	})
	if err := refused(); err != nil {
		return err
	}
	use(<-values)
	return group.Wait()
}
