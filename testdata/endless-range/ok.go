package endlessrange

import (
	"context"
	"log"
	"os"
	"os/signal"
	"sync"
	"time"
)

// The producer closes when it returns.
func OkDeferredClose() {
	in := make(chan int)
	go func() {
		defer close(in)
		for _, n := range numbers {
			if refused() != nil {
				return
			}
			in <- n
		}
	}()
	for n := range in {
		use(n)
	}
}

// The caller closes, whatever way it leaves.
func OkCallerCloses() {
	in := make(chan int)
	defer close(in)
	go func() {
		for n := range in {
			use(n)
		}
	}()
	for _, n := range numbers {
		if refused() != nil {
			return
		}
		in <- n
	}
}

// The worker pool: close, then wait.
func OkWorkerPool() {
	jobs := make(chan int)
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for job := range jobs {
				use(job)
			}
		}()
	}
	for _, n := range numbers {
		jobs <- n
	}
	close(jobs)
	wg.Wait()
}

// Jobs are queued and closed before the workers start.
func OkFilledBefore() {
	jobs := make(chan int, len(numbers))
	for _, n := range numbers {
		jobs <- n
	}
	close(jobs)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for job := range jobs {
				use(job)
			}
		})
	}
	wg.Wait()
}

// Someone waits for all senders, then closes.
func OkWaitThenClose() {
	squares := make(chan int)
	var wg sync.WaitGroup
	wg.Add(len(numbers))
	for _, n := range numbers {
		go func() {
			defer wg.Done()
			squares <- n * n
		}()
	}
	go func() {
		wg.Wait()
		close(squares)
	}()
	for square := range squares {
		use(square)
	}
}

// A pipeline in which each stage closes its output.
func OkPipeline() {
	raw, cooked := make(chan int), make(chan int)
	go func() {
		defer close(raw)
		for _, n := range numbers {
			raw <- n
		}
	}()
	go func() {
		defer close(cooked)
		for n := range raw {
			cooked <- n + 1
		}
	}()
	for n := range cooked {
		use(n)
	}
}

// The generator closes what it returned.
func upToAndClose(limit int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := range limit {
			out <- i
		}
	}()
	return out
}

func OkGenerator() {
	for n := range upToAndClose(3) {
		use(n)
	}
}

// A generic stage whose input and output are its caller's.
func mapped[T, U any](in <-chan T, f func(T) U) <-chan U {
	out := make(chan U)
	go func() {
		defer close(out)
		for v := range in {
			out <- f(v)
		}
	}()
	return out
}

func OkGenericStage() {
	for text := range mapped(upToAndClose(3), func(n int) string { return string(rune('a' + n)) }) {
		use(len(text))
	}
}

// Closed once, by the first who has a reason.
func OkOnce() {
	events := make(chan int, len(numbers))
	var once sync.Once
	stop := func() { once.Do(func() { close(events) }) }
	go func() {
		defer stop()
		if refused() != nil {
			return
		}
		use(1)
	}()
	for event := range events {
		use(event)
	}
}

// The drain runs beside, until the close.
func OkDrain() {
	rest := make(chan int)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for range rest {
		}
	}()
	for _, n := range numbers {
		rest <- n
	}
	close(rest)
	<-drained
}

// The producer heeds the context and closes; the consumer ranges.
func OkContext() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	ticks := make(chan int)
	go func() {
		defer close(ticks)
		for i := 0; ; i++ {
			select {
			case ticks <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	for tick := range ticks {
		use(tick)
	}
}

// The process ends where the close is not reached.
func OkFatal() {
	lines := make(chan int)
	go func() {
		for _, n := range numbers {
			if err := accepted(); err != nil {
				log.Fatal(err)
			}
			lines <- n
		}
		close(lines)
	}()
	for line := range lines {
		use(line)
	}
}

// An integer, a slice, a map, and functions: no channels.
func OkOtherRanges() {
	evens := func(yield func(int) bool) {
		for i := 0; i < 10 && yield(i); i += 2 {
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 3 {
			use(i)
		}
		for n := range evens {
			use(n)
		}
		for k, v := range map[int]int{1: 2} {
			use(k, v)
		}
	}()
	<-done
}

// The queue is a field: Close ends the loop.
type queue struct{ items chan int }

func newQueue() *queue {
	q := &queue{items: make(chan int)}
	go q.loop()
	return q
}

func (q *queue) loop() {
	for item := range q.items {
		use(item)
	}
}

func (q *queue) Put(n int) { q.items <- n }

func (q *queue) Close() { close(q.items) }

func OkFieldClosedByMethod() {
	q := newQueue()
	defer q.Close()
	q.Put(1)
}

// A callback of unknown code gets the channel, and closes it.
var producers = map[string]func(chan<- int){
	"few": func(out chan<- int) { out <- 1; close(out) },
}

func OkUnknownCallee() {
	out := make(chan int)
	go producers["few"](out)
	for n := range out {
		use(n)
	}
}

// Signals are watched as long as the process runs.
func watchSignals(reload func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, os.Interrupt)
	go func() {
		for range hangups {
			reload()
		}
	}()
}

// The close is deferred where the reader was started.
func OkConditionalDefer() {
	progress := make(chan int, len(numbers))
	if accepted() == nil {
		shown := make(chan struct{})
		go func() {
			defer close(shown)
			for n := range progress {
				use(n)
			}
		}()
		defer func() {
			close(progress)
			<-shown
		}()
	}
	for _, n := range numbers {
		if refused() != nil {
			return
		}
		progress <- n
	}
}

// A labelled break leaves the loops in front of the close.
func OkLabelledBreak() {
	cells := make(chan int)
	go func() {
		defer close(cells)
	rows:
		for i := range 3 {
			for j := range 3 {
				if i*j > 1 {
					break rows
				}
				cells <- i * j
			}
		}
	}()
	for cell := range cells {
		use(cell)
	}
}

// goto comes to the close from both ways.
func OkGoto() {
	in := make(chan int)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := range in {
			use(n)
		}
	}()
	if refused() != nil {
		goto stop
	}
	in <- 1
stop:
	close(in)
	<-done
}

// Several channels in a slice, each of which is closed.
func OkSliceOfChannels() {
	shards := make([]chan int, 3)
	var wg sync.WaitGroup
	for i := range shards {
		shards[i] = make(chan int, 1)
		wg.Add(1)
		go func(shard <-chan int) {
			defer wg.Done()
			for n := range shard {
				use(n)
			}
		}(shards[i])
	}
	for i, n := range numbers {
		shards[i%len(shards)] <- n
	}
	for _, shard := range shards {
		close(shard)
	}
	wg.Wait()
}

type corrupt struct{}

func (corrupt) Error() string { return "corrupt" }

// The clean-up asks in a way of its own how the function has ended.
func cleanUpByKind() (err error) {
	values := make(chan int)
	defer func() {
		if _, ok := err.(corrupt); ok {
			close(values)
		}
	}()
	go func() {
		for range values {
		}
	}()
	if refused() != nil {
		return corrupt{}
	}
	close(values)
	return nil
}

func OkCleanUpByKind() {
	_ = cleanUpByKind()
}

// What is empty at first is filled only where the channel has been closed.
func OkClosedWhereItIsFilled() {
	records := make(chan int, 5)
	var known map[int]bool
	go func() {
		for range records {
		}
	}()
	for _, n := range []int{1, 2, 3} {
		if n < 3 {
			records <- n
			continue
		}
		if len(known) == 0 {
			close(records)
			known = map[int]bool{n: true}
		}
	}
	if len(known) == 0 {
		close(records)
	}
}
