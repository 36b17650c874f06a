package abandonedsend

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// The timeout wins.
func LeakTimeout() {
	result := make(chan int)
	go func() {
		result <- slowly() // want "GLK101 abandoned-send: send on result blocks for ever when its receiver is gone"
	}()
	select {
	case v := <-result:
		use(v)
	case <-time.After(time.Millisecond):
	}
}

// The context wins.
func LeakContext() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	result := make(chan int)
	go func() {
		v := slowly()
		result <- v // want "GLK101 .* send on result "
	}()
	select {
	case <-ctx.Done():
		return
	case v := <-result:
		use(v)
	}
}

// An error returns before the receive.
func LeakEarlyReturn() {
	_ = loadBoth()
}

func loadBoth() error {
	cached := make(chan int)
	go func() {
		cached <- quickly() // want "GLK101 .* send on cached "
	}()
	if err := refused(); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	use(<-cached)
	return nil
}

// The first answer is enough, and the others have nobody to give theirs to.
func LeakFirstOfThree() {
	answers := make(chan int)
	for _, address := range addresses {
		go func() {
			use(len(address))
			answers <- quickly() // want "GLK101 .* send on answers "
		}()
	}
	use(<-answers)
}

// A return is missing after the error is sent.
func LeakDoubleSend() {
	result := make(chan error)
	go func() {
		if err := refused(); err != nil {
			result <- err
		}
		result <- nil // want "GLK101 .* send on result "
	}()
	<-result
}

// The buffer has room for one of two.
func LeakSmallBuffer() {
	errs := make(chan error, 1)
	go func() {
		use(slowly())
		errs <- refused()
		errs <- refused() // want "GLK101 .* send on errs "
	}()
	select {
	case <-errs:
		<-errs
	case <-time.After(time.Millisecond):
	}
}

// The consumer breaks out of its loop; nothing tells the producer.
func LeakConsumerBreaks() {
	lines := make(chan int)
	go func() {
		defer close(lines)
		for {
			lines <- quickly() // want "GLK101 .* send on lines "
		}
	}()
	for line := range lines {
		if line > 0 {
			break
		}
	}
}

// The channel is a parameter of a named function.
func LeakNamedProducer() {
	numbers := make(chan int)
	go produce(numbers)
	for n := range numbers {
		if n == 1 {
			return
		}
	}
}

func produce(out chan<- int) {
	for i := 1; ; i++ {
		out <- i // want "GLK101 .* send on numbers "
	}
}

// The goroutine is a method, the channel a field of a local value.
func LeakMethod() {
	f := &fetcher{results: make(chan int)}
	go f.fetch()
	select {
	case v := <-f.results:
		use(v)
	case <-time.After(time.Millisecond):
	}
}

type fetcher struct{ results chan int }

func (f *fetcher) fetch() {
	f.results <- slowly() // want "GLK101 .* send on results "
}

// A helper sends, two calls away from the goroutine.
func LeakThroughHelpers() {
	report := make(chan string)
	go run(report)
	if accepted() != nil {
		<-report
	}
}

func run(report chan<- string) {
	announce(report, "started")
}

func announce(report chan<- string, text string) {
	report <- text // want "GLK101 .* send on report "
}

// A labelled break leaves both loops while the producer is at work.
func LeakLabelledBreak() {
	batches := make(chan int)
	go func() {
		defer close(batches)
		for i := range 3 {
			batches <- i // want "GLK101 .* send on batches "
		}
	}()
read:
	for {
		select {
		case batch, more := <-batches:
			if !more {
				break read
			}
			if err := refused(); err != nil {
				break read
			}
			use(batch)
		}
	}
}

// goto leaves before the receive.
func LeakGoto() {
	status := make(chan error)
	go func() {
		status <- accepted() // want "GLK101 .* send on status "
	}()
	if refused() != nil {
		goto done
	}
	<-status
done:
	use(1)
}

// wg.Go: the waiter hangs with its workers, who all but one have nobody to send to.
func LeakWaitGroupGo() {
	var wg sync.WaitGroup
	errs := make(chan error)
	for range addresses {
		wg.Go(func() {
			errs <- refused() // want "GLK101 .* send on errs "
		})
	}
	if err := <-errs; err != nil {
		return
	}
	wg.Wait()
}

// The deferred receive is registered too late.
func LeakConditionalDefer() {
	finished := make(chan struct{})
	go func() {
		finished <- struct{}{} // want "GLK101 .* send on finished "
	}()
	if refused() != nil {
		return
	}
	defer func() { <-finished }()
	use(1)
}

// The collector stops at the first error; the others cannot report theirs.
func LeakCollector() {
	_ = checkAll()
}

func checkAll() error {
	errs := make(chan error)
	for range addresses {
		go func() {
			errs <- refused() // want "GLK101 .* send on errs "
		}()
	}
	for range addresses {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}
