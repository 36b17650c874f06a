package unreceivedsend

import (
	"context"
	"fmt"
	"log"
	"os"
	"sync"
	"time"
)

// Room for what is sent before the receive.
func OkBufferOfOne() {
	result := make(chan int, 1)
	if err := refused(); err != nil {
		result <- 0
	} else {
		result <- 1
	}
	use(<-result)
}

// A result that nobody wants finds room.
func OkForgottenResult() {
	done := make(chan struct{}, 1)
	go func() {
		use(1)
		done <- struct{}{}
	}()
}

// Each of them has room for its error; they are read after all have ended.
func OkBufferOfLength() {
	errs := make(chan error, len(numbers))
	var wg sync.WaitGroup
	for range numbers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := refused(); err != nil {
				errs <- err
			}
		}()
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		use(len(err.Error()))
	}
}

// Filled by the one who reads it later.
func OkFilledFirst() {
	jobs := make(chan int, len(numbers))
	for _, n := range numbers {
		jobs <- n
	}
	close(jobs)
	for job := range jobs {
		use(job)
	}
}

// Constants: as many sends as places.
func OkFilledWithConstant() {
	const places = 3
	tokens := make(chan struct{}, places)
	for range places {
		tokens <- struct{}{}
	}
	<-tokens
}

// A counted loop with a literal.
func OkFilledWithLiteral() {
	tokens := make(chan int, 3)
	for i := 0; i < 3; i++ {
		tokens <- i
	}
	use(<-tokens, <-tokens, <-tokens)
}

// Two errors at most, for which there is room.
func OkTwoErrors() {
	errs := make(chan error, 2)
	if err := refused(); err != nil {
		errs <- err
	}
	if err := refused(); err != nil {
		errs <- err
	}
	close(errs)
	for err := range errs {
		use(len(err.Error()))
	}
}

// A semaphore whose places come back.
func OkSemaphore() {
	places := make(chan struct{}, 2)
	var wg sync.WaitGroup
	for range 6 {
		places <- struct{}{}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-places }()
			use(1)
		}()
	}
	wg.Wait()
}

// A lock made of a channel.
func OkLock() {
	lock := make(chan struct{}, 1)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			lock <- struct{}{}
			defer func() { <-lock }()
			use(1)
		})
	}
	wg.Wait()
}

// Nothing is lost where there is no room.
func OkDefault() {
	wake := make(chan struct{}, 1)
	for range 3 {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// The send gives up when the time is over.
func OkTimeout() {
	values := make(chan int)
	go func() {
		select {
		case values <- 1:
		case <-time.After(time.Millisecond):
		}
	}()
}

// The send gives up with its context.
func OkContext() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	values := make(chan int)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				return
			case values <- i:
			}
		}
	}()
}

// The channel is the caller's, who receives.
func emit(out chan<- int) {
	for _, n := range numbers {
		out <- n
	}
	close(out)
}

func OkParameter() {
	out := make(chan int)
	go emit(out)
	for n := range out {
		use(n)
	}
}

// A generator: its consumer is the caller's business.
func generate() <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		out <- 1
	}()
	return out
}

func OkGenerator() {
	for n := range generate() {
		use(n)
	}
}

// Unknown code gets the channel, and receives.
var consumers = []func(<-chan int){func(in <-chan int) { <-in }}

func OkUnknownCallee() {
	in := make(chan int)
	go consumers[0](in)
	in <- 1
}

// The channel is within an object of the caller, whose methods receive.
type inbox struct{ mails chan string }

func (b *inbox) attach() {
	b.mails = make(chan string)
	go func() { b.mails <- "hello" }()
}

func (b *inbox) next() string { return <-b.mails }

func OkFieldOfCaller() {
	b := &inbox{}
	b.attach()
	use(len(b.next()))
}

// The request carries the channel on which it is answered.
type call struct {
	arg   int
	reply chan<- int
}

func OkReply() {
	calls := make(chan call)
	go func() {
		for c := range calls {
			c.reply <- c.arg + 1
		}
	}()
	reply := make(chan int)
	calls <- call{1, reply}
	use(<-reply)
	close(calls)
}

// The rest is drained beside.
func OkDrain() {
	values := make(chan int)
	go func() {
		for range values {
		}
	}()
	for _, n := range numbers {
		values <- n
	}
	close(values)
}

// Whoever sends has ended the process before.
func OkFatal() {
	errs := make(chan error)
	go func() {
		if err := accepted(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
			errs <- err
		}
	}()
	if err := accepted(); err != nil {
		log.Panic(err)
		errs <- err
	}
}

// A nil channel disables its case until there is something to send.
func OkDisabledCase() {
	in, out := make(chan int), make(chan int)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		var send chan<- int
		var next int
		for {
			select {
			case n, more := <-in:
				if !more {
					return
				}
				next, send = n, out
			case send <- next:
				send = nil
			}
		}
	}()
	in <- 1
	use(<-out)
	close(in)
	<-stopped
}

// The callback runs in a goroutine of its own.
func OkCallbackBeside() {
	found := make(chan int)
	go func() {
		defer close(found)
		walk(func(n int) { found <- n })
	}()
	for n := range found {
		use(n)
	}
}

// An iterator that yields what it receives.
func OkIterator() {
	values := make(chan int)
	all := func(yield func(int) bool) {
		for v := range values {
			if !yield(v) {
				return
			}
		}
	}
	go func() {
		defer close(values)
		for i := range 3 {
			values <- i
		}
	}()
	for v := range all {
		use(v)
	}
}

// The conditional defer receives in the same case in which something is sent.
func OkConditionalDefer() {
	background := len(numbers) > 1
	done := make(chan error)
	if background {
		defer func() { <-done }()
	}
	if background {
		go func() { done <- accepted() }()
	}
	use(1)
}
