package orders

import (
	"errors"
	"time"
)

var errSlow = errors.New("the price did not come in time")

// catalogue is what one item costs.
func catalogue(item string) int {
	return 100 + 5*len(item)
}

// quote is the price of an order, unless working it out takes too long.
func quote(order Order, price func(item string) int, limit time.Duration) (int, error) {
	total := make(chan int)
	go func() {
		cents := 0
		for _, item := range order.Items {
			cents += price(item)
		}
		total <- cents
	}()
	select {
	case cents := <-total:
		return cents, nil
	case <-time.After(limit):
		return 0, errSlow
	}
}
