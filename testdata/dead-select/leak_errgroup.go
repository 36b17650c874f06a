//go:build errgroup

package deadselect

import "golang.org/x/sync/errgroup"

// Wait does not stop what only waits for a stop.
func leakGroup() error {
	var group errgroup.Group
	values, stop := make(chan int), make(chan struct{})
	group.Go(func() error {
		for {
			select { // want "GLK201"
			case v := <-values:
				use(v)
			case <-stop:
				return nil
			}
		}
	})
	values <- 1
	return group.Wait()
}
