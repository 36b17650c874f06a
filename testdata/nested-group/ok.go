//go:build errgroup

package nestedgroup

import "golang.org/x/sync/errgroup"

// Two groups: the inner one has places of its own.
func twoGroups(dirs [][]string, read func(string) error) error {
	var g errgroup.Group
	g.SetLimit(4)
	for _, files := range dirs {
		g.Go(func() error {
			var inner errgroup.Group
			inner.SetLimit(4)
			for _, file := range files {
				inner.Go(func() error { return read(file) })
			}
			return inner.Wait()
		})
	}
	return g.Wait()
}

// One goroutine starts the others, which return.
func feeder(files []string, read func(string) error) error {
	var g errgroup.Group
	g.SetLimit(2)
	g.Go(func() error {
		for _, file := range files {
			g.Go(func() error { return read(file) })
		}
		return nil
	})
	return g.Wait()
}

// There is no limit, or no wait for a place.
func unlimited(dirs [][]string, read func(string) error) error {
	var g, h errgroup.Group
	g.SetLimit(-1)
	h.SetLimit(2)
	for _, files := range dirs {
		g.Go(func() error {
			for _, file := range files {
				g.Go(func() error { return read(file) })
			}
			return nil
		})
		h.Go(func() error {
			for _, file := range files {
				if !h.TryGo(func() error { return read(file) }) {
					return read(file)
				}
			}
			return nil
		})
	}
	_ = h.Wait()
	return g.Wait()
}
