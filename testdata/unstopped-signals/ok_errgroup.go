//go:build errgroup

package unstoppedsignals

import (
	"context"
	"os"
	"os/signal"

	"golang.org/x/sync/errgroup"
)

func byGroup(group *errgroup.Group) {
	_, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	group.Go(func() error {
		stop()
		return nil
	})
}
