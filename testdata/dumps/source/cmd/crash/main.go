// Command crash ends in the ways in which no other goroutine leaks.
package main

import (
	"os"
	"sync"
)

func main() {
	switch os.Args[1] {
	case "overflow":
		overflow(1)
	case "deadlock":
		deadlock()
	}
}

func overflow(n int) int { return overflow(n+1) + 1 }

func deadlock() {
	var wg sync.WaitGroup
	ch := make(chan int)
	for i := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ch <- i
		}()
	}
	wg.Wait()
}
