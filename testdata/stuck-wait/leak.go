package stuckwait

import (
	"fmt"
	"sync"
	"time"
)

// The error path returns before Done.
func LeakErrorPath() {
	var wg sync.WaitGroup
	for _, address := range addresses {
		wg.Add(1)
		go func() {
			if err := refused(); err != nil {
				fmt.Println(address, err)
				return
			}
			wg.Done()
		}()
	}
	wg.Wait() // want "GLK301 stuck-wait: Wait on wg may never return: its count can stay above zero"
}

// More is added than started: what is skipped was added, too.
func LeakSkipped() {
	var wg sync.WaitGroup
	for _, address := range addresses {
		wg.Add(1)
		if address == "b" {
			continue
		}
		go func() {
			defer wg.Done()
			use(len(address))
		}()
	}
	wg.Wait() // want "GLK301 .* Wait on wg "
}

// Nobody calls Done.
func LeakNoDone() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		use(quickly())
	}()
	wg.Wait() // want "GLK301"
}

// Two are added, one is done.
func LeakCountTooHigh() {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		use(quickly())
	}()
	wg.Wait() // want "GLK301"
}

// Wait is in the loop that starts the others.
func LeakWaitInLoop() {
	var wg sync.WaitGroup
	wg.Add(len(addresses))
	for _, address := range addresses {
		go func() {
			defer wg.Done()
			use(len(address))
		}()
		wg.Wait() // want "GLK301"
	}
}

// The defer comes after the first return.
func LeakLateDefer() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		if refused() != nil {
			return
		}
		defer wg.Done()
		use(1)
	}()
	wg.Wait() // want "GLK301"
}

// The workers get the WaitGroup as a parameter, and one of their returns is without Done.
func LeakNamedWorker() {
	var wg sync.WaitGroup
	wg.Add(1)
	go work(&wg)
	wg.Wait() // want "GLK301"
}

func work(wg *sync.WaitGroup) {
	if refused() != nil {
		return
	}
	use(1)
	wg.Done()
}

// The WaitGroup is a field, and only one case of a switch calls Done.
func LeakMethod() {
	p := &pool{}
	p.group.Add(1)
	go p.work()
	p.group.Wait() // want "GLK301 .* Wait on group "
}

type pool struct{ group sync.WaitGroup }

func (p *pool) work() {
	switch quickly() {
	case 2:
		p.group.Done()
	}
}

// The workers send before they are done, and the only receive comes after Wait.
func LeakResultsAfterWait() {
	var wg sync.WaitGroup
	results := make(chan int)
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			results <- quickly()
		}()
	}
	wg.Wait() // want "GLK301"
	close(results)
	for r := range results {
		use(r)
	}
}

// wg.Go calls Done when its function returns; this one waits for a stop that comes after Wait.
func LeakStopAfterWait() {
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		<-stop
	})
	wg.Wait() // want "GLK301"
	close(stop)
}

// The waiter waits for itself.
func LeakWaitsForItself() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		wg.Wait() // want "GLK301"
	}()
}

// A goroutine waits for the others, so that the timeout can be heeded; it stays behind.
func LeakWaiterLeftBehind() {
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range addresses {
		wg.Add(1)
		go func() {
			if refused() != nil {
				return
			}
			wg.Done()
		}()
	}
	go func() {
		wg.Wait() // want "GLK301"
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(time.Millisecond):
	}
}

// A labelled continue passes over Done.
func LeakLabelledContinue() {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
	next:
		for i := range 2 {
			for range i + 1 {
				if refused() != nil {
					continue next
				}
			}
			wg.Done()
		}
	}()
	wg.Wait() // want "GLK301"
}

// goto passes over Done.
func LeakGoto() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		if refused() != nil {
			goto out
		}
		wg.Done()
	out:
		use(1)
	}()
	wg.Wait() // want "GLK301"
}
