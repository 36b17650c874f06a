package stucklock

import (
	"fmt"
	"sync"
	"time"
)

// The error path returns with the lock held, and the next one waits for ever.
func LeakErrorPath() {
	var mu sync.Mutex
	update := func() error {
		mu.Lock()
		if err := refused(); err != nil {
			return err
		}
		mu.Unlock()
		return nil
	}
	_ = update()
	go func() {
		mu.Lock() // want "GLK401 stuck-lock: lock of mu blocks for ever: it stays held"
		defer mu.Unlock()
		use(1)
	}()
}

// Locked twice by one goroutine.
func LeakDoubleLock() {
	var mu sync.Mutex
	mu.Lock()
	defer mu.Unlock()
	if refused() != nil {
		mu.Lock() // want "GLK401 .* lock of mu "
		use(1)
		mu.Unlock()
	}
}

// continue in a loop goes round with the lock held.
func LeakContinue() {
	var mu sync.Mutex
	for _, address := range addresses {
		mu.Lock() // want "GLK401"
		if err := refused(); err != nil {
			fmt.Println(address, err)
			continue
		}
		mu.Unlock()
	}
}

// break leaves the loop with the lock held.
func LeakBreak() {
	var mu sync.Mutex
	for range addresses {
		mu.Lock()
		if refused() != nil {
			break
		}
		mu.Unlock()
	}
	mu.Lock() // want "GLK401"
	use(1)
	mu.Unlock()
}

// One case of the switch forgets to unlock.
func LeakSwitch() {
	var mu sync.RWMutex
	mu.Lock()
	switch quickly() {
	case 2:
		mu.Unlock()
	case 3:
		mu.Unlock()
	}
	mu.RLock() // want "GLK401"
	use(1)
	mu.RUnlock()
}

// A writer comes between two read locks of one goroutine.
func LeakRecursiveRead() {
	var mu sync.RWMutex
	writing := make(chan struct{})
	go func() {
		close(writing)
		mu.Lock() // want "GLK401"
		use(1)
		mu.Unlock()
	}()
	mu.RLock()
	<-writing
	time.Sleep(5 * time.Millisecond)
	mu.RLock() // want "GLK401"
	use(2)
	mu.RUnlock()
	mu.RUnlock()
}

// Upgrading a read lock waits for oneself.
func LeakUpgrade() {
	var mu sync.RWMutex
	mu.RLock()
	defer mu.RUnlock()
	if refused() != nil {
		mu.Lock() // want "GLK401"
		use(1)
		mu.Unlock()
	}
}

// Two locks in two orders.
func LeakOrder() {
	var from, to sync.Mutex
	var both sync.WaitGroup
	both.Add(2)
	go func() {
		from.Lock()
		both.Done()
		both.Wait()
		to.Lock() // want "GLK401 .* lock of to "
		use(1)
		to.Unlock()
		from.Unlock()
	}()
	go func() {
		to.Lock()
		both.Done()
		both.Wait()
		from.Lock() // want "GLK401 .* lock of from "
		use(2)
		from.Unlock()
		to.Unlock()
	}()
}

// The holder waits for a goroutine that needs the lock.
func LeakWaitsWithLock() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	mu.Lock()
	defer mu.Unlock()
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock() // want "GLK401"
			defer mu.Unlock()
			use(1)
		}()
	}
	wg.Wait()
}

// The holder sends to a goroutine that needs the lock before it receives.
func LeakSendsWithLock() {
	var mu sync.Mutex
	orders := make(chan int)
	mu.Lock()
	go func() {
		mu.Lock() // want "GLK401"
		use(<-orders)
		mu.Unlock()
	}()
	orders <- 1
	mu.Unlock()
}

// goto leaves with the lock held.
func LeakGoto() {
	var mu sync.Mutex
	mu.Lock()
	if refused() != nil {
		goto report
	}
	mu.Unlock()
report:
	mu.Lock() // want "GLK401"
	use(1)
	mu.Unlock()
}

// The deferred unlock is registered under a condition that does not hold.
func LeakConditionalDefer() {
	var mu sync.Mutex
	work := func() {
		mu.Lock()
		if refused() == nil {
			defer mu.Unlock()
		}
		use(1)
	}
	work()
	mu.Lock() // want "GLK401"
	mu.Unlock()
}

// wg.Go: the worker that returns early holds up the others.
func LeakWaitGroupGo() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			mu.Lock() // want "GLK401"
			if refused() != nil {
				return
			}
			mu.Unlock()
		})
	}
	wg.Wait()
}
