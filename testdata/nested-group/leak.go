//go:build errgroup

package nestedgroup

import (
	"context"

	"golang.org/x/sync/errgroup"
)

func visit(dirs [][]string, read func(string) error) error {
	var g errgroup.Group
	g.SetLimit(4)
	for _, files := range dirs {
		g.Go(func() error {
			for _, file := range files {
				g.Go(func() error { return read(file) }) // want "GLK306 nested-group: Go waits for a place in g while its caller holds one"
			}
			return nil
		})
	}
	return g.Wait()
}

func one(ctx context.Context, read func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(1)
	g.Go(func() error {
		g.Go(func() error { return read(ctx) }) // want "GLK306"
		return nil
	})
	return g.Wait()
}
