// Package ledger leaks goroutines in three ways; ledger-repaired/ holds the same package without the leaks.
package ledger

import (
	"errors"
	"sync"
	"time"
)

// Balance gives up waiting and leaves the goroutine that sends behind.
func Balance() error {
	total := make(chan int)
	go func() {
		time.Sleep(20 * time.Millisecond)
		total <- 1
	}()
	select {
	case <-total:
		return nil
	case <-time.After(time.Millisecond):
		return errors.New("timeout")
	}
}

// Audit never closes the channel that its worker, started by a WaitGroup's helper, ranges over.
func Audit() {
	var group sync.WaitGroup
	entries := make(chan int, 1)
	run(&group, func() {
		for range entries {
		}
	})
	entries <- 1
}

func run(group *sync.WaitGroup, work func()) {
	group.Add(1)
	go func() {
		defer group.Done()
		work()
	}()
}

// Follow starts a watcher that nothing stops.
func Follow(name string, tick chan struct{}) {
	go func() {
		for range tick {
			_ = name
		}
	}()
}
