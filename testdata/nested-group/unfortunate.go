//go:build errgroup

package nestedgroup

import "golang.org/x/sync/errgroup"

// The group goes on to another function.
func walk(g *errgroup.Group, dirs [][]string, read func(string) error) {
	for _, files := range dirs {
		g.Go(func() error {
			for _, file := range files {
				g.Go(func() error { return read(file) }) // missed "GLK306"
			}
			return nil
		})
	}
}

func walkAll(dirs [][]string, read func(string) error) error {
	g := &errgroup.Group{}
	g.SetLimit(4)
	walk(g, dirs, read)
	return g.Wait()
}
