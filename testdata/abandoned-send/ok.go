package abandonedsend

import (
	"context"
	"log"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Room for the only send, and a timeout: the usual fix.
func OkBufferOfOne() {
	result := make(chan int, 1)
	go func() {
		result <- slowly()
	}()
	select {
	case v := <-result:
		use(v)
	case <-time.After(time.Millisecond):
	}
}

// As much room as there are senders.
func OkBufferPerSender() {
	answers := make(chan int, len(addresses))
	for _, address := range addresses {
		go func() {
			use(len(address))
			answers <- quickly()
		}()
	}
	use(<-answers)
}

// The length is kept in a variable that both the buffer and the loop use.
func OkBufferOfCopiedLength() {
	n := len(addresses)
	errs := make(chan error, n)
	for i := 0; i < n; i++ {
		go func() { errs <- refused() }()
	}
	if err := <-errs; err != nil {
		return
	}
}

// A constant is both the buffer and the count of the loop.
func OkBufferOfConstant() {
	const workers = 4
	errs := make(chan error, workers)
	for range workers {
		go func() { errs <- refused() }()
	}
	<-errs
}

// One send on each of two ways.
func OkOneSendOnEachPath() {
	result := make(chan error, 1)
	go func() {
		if err := refused(); err != nil {
			result <- err
			return
		}
		result <- nil
	}()
	select {
	case <-result:
	case <-time.After(time.Millisecond):
	}
}

// Fan-in: as many receives as there are senders.
func OkFanIn() {
	answers := make(chan int)
	for range addresses {
		go func() { answers <- quickly() }()
	}
	for range addresses {
		use(<-answers)
	}
}

// Fan-in over a count: all are awaited before the first error is looked at.
func OkFanInKeepsFirstError() {
	errs := make(chan error)
	n := len(addresses)
	for i := 0; i < n; i++ {
		go func() { errs <- refused() }()
	}
	var first error
	for i := 0; i < n; i++ {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	log.SetPrefix("")
}

// A pool of workers: at least one takes the jobs until they are closed.
func OkWorkerPool() {
	jobs := make(chan string)
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for job := range jobs {
				use(len(job))
			}
		}()
	}
	for _, address := range addresses {
		jobs <- address
	}
	close(jobs)
	wg.Wait()
}

// As many workers as the machine has processors.
func OkWorkerPerProcessor() {
	jobs := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for job := range jobs {
				use(job)
			}
		})
	}
	for i := range 10 {
		jobs <- i
	}
	close(jobs)
	wg.Wait()
}

// Each request has a channel of its own, kept in a slice.
func OkSliceOfChannels() {
	replies := make([]chan int, len(addresses))
	for i := range replies {
		replies[i] = make(chan int, 1)
		go func() { replies[i] <- quickly() }()
	}
	for _, reply := range replies {
		use(<-reply)
	}
}

// The channel is made by each goroutine for itself.
func OkChannelPerGoroutine() {
	var wg sync.WaitGroup
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			partial := make(chan int)
			go func() { partial <- quickly() }()
			use(<-partial)
		}()
	}
	wg.Wait()
}

// The channel is kept in a field of an object that lives on: its other methods may receive.
type mailbox struct{ letters chan int }

func (m *mailbox) deliver() { m.letters <- 1 }

func (m *mailbox) read() int { return <-m.letters }

var shared mailbox

func OkFieldOfObjectThatLivesOn() {
	shared.letters = make(chan int)
	go shared.deliver()
	use(shared.read())
}

// The process ends when an answer is missing.
func OkFatal() {
	result := make(chan int)
	go func() { result <- quickly() }()
	select {
	case v := <-result:
		use(v)
	case <-time.After(time.Minute):
		log.Fatal("no answer")
	}
}

// A panic ends the process, and all its goroutines.
func OkPanic() {
	result := make(chan int)
	go func() { result <- quickly() }()
	if accepted() != nil {
		panic("not accepted")
	}
	use(<-result)
}

// The clean-up is deferred only where something was started.
func OkConditionalDefer() {
	verbose := accepted() == nil
	finished := make(chan struct{})
	if verbose {
		go func() { finished <- struct{}{} }()
		defer func() { <-finished }()
	}
	if refused() != nil {
		return
	}
	use(1)
}

// A send with a way out: the context of the receiver.
func OkSelectWithContext() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	numbers := make(chan int)
	go func() {
		for i := 0; ; i++ {
			select {
			case numbers <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	for n := range numbers {
		if n > 2 {
			return
		}
	}
}

// A send with a way out: a channel that is closed when the receiver goes.
func OkSelectWithDone() {
	done := make(chan struct{})
	defer close(done)
	numbers := make(chan int)
	go func() {
		defer close(numbers)
		for i := 0; ; i++ {
			select {
			case numbers <- i:
			case <-done:
				return
			}
		}
	}()
	for n := range numbers {
		if n > 2 {
			break
		}
	}
}

// The server loop belongs to a channel that its caller closes.
func serve(requests <-chan int, replies chan<- int) {
	for request := range requests {
		replies <- request
	}
}

func OkServeLoop() {
	requests, replies := make(chan int), make(chan int)
	go serve(requests, replies)
	for i := range 3 {
		requests <- i
		use(<-replies)
	}
	close(requests)
}

// A generator: its consumer is the caller's business, and this one drains it.
func count(to int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := range to {
			out <- i
		}
	}()
	return out
}

func OkGenerator() {
	for n := range count(3) {
		use(n)
	}
}

// The result channel is the caller's.
func start() <-chan error {
	errs := make(chan error)
	go func() { errs <- accepted() }()
	return errs
}

func OkReturnedChannel() {
	<-start()
}

// Textually equal tests of an unwritten variable agree.
func OkEqualTests() {
	pending := len(addresses)
	done := make(chan int)
	if pending > 0 {
		go func() { done <- quickly() }()
	}
	use(pending)
	if pending > 0 {
		use(<-done)
	}
}

// Which message came decides whether another one is awaited.
func OkSecondReceiveByValue() {
	errs := make(chan error)
	go func() {
		err := refused()
		errs <- err
		if err != nil {
			errs <- accepted()
		}
	}()
	if err := <-errs; err != nil {
		<-errs
	}
}

// A semaphore: whoever takes a place gives it back.
func OkSemaphore() {
	places := make(chan struct{}, 2)
	var wg sync.WaitGroup
	for range 6 {
		wg.Add(1)
		places <- struct{}{}
		go func() {
			defer wg.Done()
			defer func() { <-places }()
			use(quickly())
		}()
	}
	wg.Wait()
}

// A semaphore whose room the source does not tell.
func OkSemaphoreOfUnknownRoom() {
	places := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			places <- struct{}{}
			defer func() { <-places }()
			use(quickly())
		}()
	}
	wg.Wait()
}

// The rest is drained when the reader has enough.
func OkDeferredDrain() {
	numbers := make(chan int)
	go func() {
		defer close(numbers)
		for i := range 5 {
			numbers <- i
		}
	}()
	defer func() {
		for range numbers {
		}
	}()
	for n := range numbers {
		if n == 2 {
			return
		}
	}
}

// The rest is drained by a goroutine.
func OkDrainingGoroutine() {
	numbers := make(chan int)
	go func() {
		defer close(numbers)
		for i := range 5 {
			numbers <- i
		}
	}()
	use(<-numbers)
	go func() {
		for range numbers {
		}
	}()
}

// A channel of channels: the reply goes where the request says.
type request struct {
	n     int
	reply chan int
}

func OkChannelOfChannels() {
	requests := make(chan request)
	go func() {
		for r := range requests {
			r.reply <- r.n
		}
	}()
	for i := range 3 {
		reply := make(chan int)
		requests <- request{i, reply}
		use(<-reply)
	}
	close(requests)
}

// goto reaches the receive from everywhere.
func OkGotoCleanup() {
	status := make(chan error)
	go func() { status <- accepted() }()
	if refused() != nil {
		goto cleanup
	}
	use(1)
cleanup:
	<-status
}

// A labelled break leaves when the producer has said that it is through.
func OkLabelledBreak() {
	batches := make(chan int)
	go func() {
		defer close(batches)
		for i := range 3 {
			batches <- i
		}
	}()
read:
	for {
		select {
		case batch, more := <-batches:
			if !more {
				break read
			}
			use(batch)
		case <-time.After(time.Minute):
			log.Fatal("stuck")
		}
	}
}

// Spinning until the other side has come.
func OkSpin() {
	var ready atomic.Bool
	result := make(chan int)
	go func() {
		ready.Store(true)
		result <- quickly()
	}()
	for !ready.Load() {
		runtime.Gosched()
	}
	use(<-result)
}

// An iterator over a function is no channel.
func OkRangeOverFunc() {
	numbers := func(yield func(int) bool) {
		for i := 0; i < 3 && yield(i); i++ {
		}
	}
	out := make(chan int)
	go func() {
		defer close(out)
		for n := range numbers {
			out <- n
		}
	}()
	for n := range out {
		use(n)
	}
}

// A generic fan-in of several sources.
func merge[T any](sources ...<-chan T) <-chan T {
	out := make(chan T)
	var wg sync.WaitGroup
	for _, source := range sources {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for value := range source {
				out <- value
			}
		}()
	}
	go func() {
		wg.Wait()
		close(out)
	}()
	return out
}

func OkMerge() {
	for n := range merge(count(2), count(3)) {
		use(n)
	}
}

// A goroutine for each item of a source without end: results are collected beside it.
func OkUnboundedSpawn() {
	results := make(chan int)
	var wg sync.WaitGroup
	collected := make(chan struct{})
	go func() {
		defer close(collected)
		for r := range results {
			use(r)
		}
	}()
	for i := 0; quickly() == 1 && i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			results <- quickly()
		}()
	}
	wg.Wait()
	close(results)
	<-collected
}

// Both results are taken, in whatever order they come.
func OkTwoResults() {
	left, right := make(chan int), make(chan int)
	go func() { left <- quickly() }()
	go func() { right <- quickly() }()
	for range 2 {
		select {
		case v := <-left:
			use(v)
		case v := <-right:
			use(v)
		}
	}
}

// A flag says whether there is somebody to wait for.
func OkFlag() {
	result := make(chan int)
	started := false
	if accepted() == nil {
		started = true
		go func() { result <- quickly() }()
	}
	if started {
		use(<-result)
	}
}

// The timer runs its function on its own; there is room for its send.
func OkAfterFunc() {
	fired := make(chan struct{}, 1)
	timer := time.AfterFunc(time.Millisecond, func() { fired <- struct{}{} })
	defer timer.Stop()
	if refused() != nil {
		return
	}
	<-fired
}

// A send that gives up where there is no room.
func OkSelectWithDefault() {
	wake := make(chan struct{}, 1)
	go func() {
		for range 3 {
			select {
			case wake <- struct{}{}:
			default:
			}
		}
	}()
	<-wake
}
