package stuckwait

import "sync"

// The consumer is awaited before its channel is closed.
func LeakTwoGroups() {
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
	consumers.Wait() // want "GLK301"
	close(c)
}
