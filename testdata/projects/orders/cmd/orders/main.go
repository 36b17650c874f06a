// Command orders serves orders over HTTP.
package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"

	"example.com/orders"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := orders.Run(ctx, ":8080"); err != nil {
		log.Fatal(err)
	}
}
