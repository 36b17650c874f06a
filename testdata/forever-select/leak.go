package main

import (
	"sync"
	"time"
)

// A goroutine that has done its work stays for ever.
func LeakAfterWork() {
	go func() {
		use(quickly())
		select {} // want "GLK202 forever-select: select \{\} blocks this goroutine for ever"
	}()
}

// A placeholder for an end that was never written.
func LeakOnError() {
	go func() {
		if err := refused(); err != nil {
			select {} // want "GLK202"
		}
		use(1)
	}()
}

// wg.Go: the waiter waits for it, too.
func LeakWaitGroupGo() {
	var wg sync.WaitGroup
	wg.Go(func() {
		select {} // want "GLK202"
	})
	wg.Wait()
}

// The lock is never released: the goroutine holds it while it sleeps for ever.
func LeakWithLock() {
	var mu sync.Mutex
	go func() {
		mu.Lock()
		defer mu.Unlock()
		select {} // want "GLK202"
	}()
	time.Sleep(time.Millisecond)
}

// A worker for each address, none of which ends.
func LeakEach() {
	for _, address := range addresses {
		go func() {
			use(len(address))
			select {} // want "GLK202"
		}()
	}
}

// A timer's function is a goroutine of its own.
func LeakTimer() {
	time.AfterFunc(time.Millisecond, func() {
		select {} // want "GLK202"
	})
}
