package addingoroutine

import (
	"sync"
	"sync/atomic"
)

func before(jobs []func()) {
	var wg sync.WaitGroup
	wg.Add(len(jobs))
	for _, job := range jobs {
		go func() {
			defer wg.Done()
			job()
		}()
	}
	wg.Wait()
}

func byGo(jobs []func()) {
	var wg sync.WaitGroup
	for _, job := range jobs {
		wg.Go(job)
	}
	wg.Wait()
}

// A WaitGroup of the goroutine itself counts the goroutines that it starts in turn.
func nested(jobs []func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		var wg sync.WaitGroup
		wg.Add(len(jobs))
		for _, job := range jobs {
			go func() {
				defer wg.Done()
				job()
			}()
		}
		wg.Wait()
	}()
	<-done
}

// An Add of something else.
func counter(n *atomic.Int64) {
	go func() {
		n.Add(1)
	}()
}

// The goroutine is counted already when it adds its own.
func whileCounted(jobs []func()) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for _, job := range jobs {
			wg.Add(1)
			go func() {
				defer wg.Done()
				job()
			}()
		}
	}()
	wg.Wait()
}
