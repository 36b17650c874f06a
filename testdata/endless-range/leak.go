package endlessrange

import (
	"context"
	"fmt"
	"sync"
)

// The collector has no end: nobody closes.
func LeakCollector() {
	in := make(chan int)
	total := 0
	go func() {
		for v := range in { // want "GLK103 endless-range: range over in, which nobody closes, never ends"
			total += v
		}
	}()
	for _, n := range numbers {
		in <- n
	}
}

// The error path returns before the close.
func LeakErrorPath() {
	_ = feed()
}

func feed() error {
	jobs := make(chan int)
	go func() {
		for job := range jobs { // want "GLK103 .* range over jobs, .* never ends"
			use(job)
		}
	}()
	for _, n := range numbers {
		if err := refused(); err != nil {
			return fmt.Errorf("job %d: %w", n, err)
		}
		jobs <- n
	}
	close(jobs)
	return nil
}

// A pool of workers that is never told that there is no more work.
func LeakWorkerPool() {
	jobs := make(chan int)
	results := make(chan int, len(numbers))
	for range 3 {
		go func() {
			for job := range jobs { // want "GLK103 .* range over jobs, which nobody closes"
				results <- job * job
			}
		}()
	}
	for _, n := range numbers {
		jobs <- n
	}
	for range numbers {
		use(<-results)
	}
}

// The workers are awaited before the channel of their jobs is closed.
func LeakWaitBeforeClose() {
	jobs := make(chan int, len(numbers))
	var wg sync.WaitGroup
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for job := range jobs { // want "GLK103 .* range over jobs, "
				use(job)
			}
		}()
	}
	for _, n := range numbers {
		jobs <- n
	}
	wg.Wait()
	close(jobs)
}

// The results are read before the close which would end the reading.
func LeakCloseBehindRange() {
	squares := make(chan int)
	var wg sync.WaitGroup
	for _, n := range numbers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			squares <- n * n
		}()
	}
	for square := range squares { // want "GLK103 .* range over squares, "
		use(square)
	}
	wg.Wait()
	close(squares)
}

// The producer returns when its context ends, and leaves the channel open.
func LeakProducerReturns() {
	ctx, cancel := context.WithCancel(context.Background())
	ticks := make(chan int)
	go func() {
		for i := 0; ; i++ {
			select {
			case ticks <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() {
		for tick := range ticks { // want "GLK103 .* range over ticks, which nobody closes"
			use(tick)
		}
	}()
	cancel()
}

// The second stage of a pipeline forgets to close what it sends on.
func LeakPipeline() {
	raw, cooked := make(chan int), make(chan int)
	go func() {
		defer close(raw)
		for _, n := range numbers {
			raw <- n
		}
	}()
	go func() {
		for n := range raw {
			cooked <- n + 1
		}
	}()
	for n := range cooked { // want "GLK103 .* range over cooked, which nobody closes"
		use(n)
	}
}

// The consumer is a named function.
func LeakNamedConsumer() {
	lines := make(chan string, 8)
	go printAll(lines)
	lines <- "one"
	lines <- "two"
}

func printAll(lines <-chan string) {
	for line := range lines { // want "GLK103 .* range over lines, which nobody closes"
		use(len(line))
	}
}

// A generator whose only consumer ranges over it.
func LeakGenerator() {
	for n := range upTo(3) { // want "GLK103 .* never ends"
		use(n)
	}
}

func upTo(limit int) <-chan int {
	out := make(chan int)
	go func() {
		for i := range limit {
			out <- i
		}
	}()
	return out
}

// The field of a local value: run returns early, and nothing else closes.
func LeakMethod() {
	f := &forwarder{events: make(chan int)}
	go f.run()
	for event := range f.events { // want "GLK103 .* range over events, "
		use(event)
	}
}

type forwarder struct{ events chan int }

func (f *forwarder) run() {
	for _, n := range numbers {
		if refused() != nil {
			return
		}
		f.events <- n
	}
	close(f.events)
}

// Two channels, of which the first is closed twice over in name only.
func LeakOtherClosed() {
	left, right := make(chan int), make(chan int)
	go func() {
		for n := range left {
			use(n)
		}
	}()
	go func() {
		for n := range right { // want "GLK103 .* range over right, which nobody closes"
			use(n)
		}
	}()
	left <- 1
	right <- 2
	close(left)
}

// The waiter that would close is not reached when starting fails.
func LeakCloserNotStarted() {
	_ = gather()
}

func gather() error {
	var wg sync.WaitGroup
	found := make(chan int)
	go func() {
		for n := range found { // want "GLK103 .* range over found, which may never be closed"
			use(n)
		}
	}()
	for _, n := range numbers {
		if err := refused(); err != nil {
			return err
		}
		wg.Go(func() { found <- n })
	}
	go func() {
		wg.Wait()
		close(found)
	}()
	return nil
}

// The channel is a field, and no method closes it.
type sink struct{ rows chan int }

func newSink() *sink {
	s := &sink{rows: make(chan int)}
	go s.loop()
	return s
}

func (s *sink) loop() {
	for row := range s.rows { // want "GLK103 .* range over rows, which nobody closes"
		use(row)
	}
}

func LeakField() {
	s := newSink()
	s.rows <- 1
}
