package stuckwait

import "sync"

// One group for the producers, one for the consumer; the close is between them.
func OkTwoGroups() {
	var producers, consumers sync.WaitGroup
	c := make(chan int)
	for range 2 {
		producers.Go(func() { c <- 1 })
	}
	consumers.Go(func() {
		for v := range c {
			use(v)
		}
	})
	producers.Wait()
	close(c)
	consumers.Wait()
}
