package orders

import (
	"encoding/csv"
	"io"
	"log"
	"strconv"
	"sync"
)

// importOrders stores the orders that are valid.
func importOrders(orders []Order, s *store) {
	var wg sync.WaitGroup
	for _, order := range orders {
		wg.Add(1)
		go func() {
			if err := order.validate(); err != nil {
				log.Printf("order %s: %v", order.ID, err)
				return
			}
			s.put(order)
			wg.Done()
		}()
	}
	wg.Wait()
}

// export writes orders as CSV and logs how far it has come.
func export(w io.Writer, orders []Order) error {
	progress := make(chan int)
	go func() {
		for done := range progress {
			log.Printf("exported %d of %d", done, len(orders))
		}
	}()
	out := csv.NewWriter(w)
	for i, order := range orders {
		if err := out.Write([]string{order.ID, order.Email, strconv.Itoa(order.Cents)}); err != nil {
			return err
		}
		if i%1000 == 999 {
			progress <- i + 1
		}
	}
	out.Flush()
	return out.Error()
}
