package unreceivedsend

import (
	"fmt"
	"sync"
)

// The receive is further down in the same function.
func LeakReceiveBehindSend() {
	result := make(chan int)
	if err := refused(); err != nil {
		result <- 0 // want "GLK104 unreceived-send: send on result blocks for ever: no other goroutine receives from it"
	}
	use(<-result)
}

// The result of the goroutine was wanted once, and no longer is.
func LeakForgottenResult() {
	done := make(chan struct{})
	go func() {
		use(1)
		done <- struct{}{} // want "GLK104 .* send on done "
	}()
}

// The send is deferred, and nobody waits.
func LeakDeferredSend() {
	done := make(chan bool)
	go func() {
		defer func() {
			done <- true // want "GLK104 .* send on done "
		}()
		use(1)
	}()
}

// Errors are collected into a buffer that has room for one.
func LeakErrorsIntoSmallBuffer() {
	errs := make(chan error, 1)
	if err := refused(); err != nil {
		errs <- err
	}
	if err := refused(); err != nil {
		errs <- err // want "GLK104 .* send on errs "
	}
	close(errs)
	for err := range errs {
		fmt.Println(err)
	}
}

// The results are produced before the loop that takes them, without a goroutine.
func LeakSequentialProducer() {
	squares := make(chan int)
	for _, n := range numbers {
		squares <- n * n // want "GLK104 .* send on squares "
	}
	close(squares)
	for square := range squares {
		use(square)
	}
}

// Places of a semaphore are taken, and never given back.
func LeakSemaphoreNotReleased() {
	places := make(chan struct{}, 2)
	var wg sync.WaitGroup
	for range 3 {
		places <- struct{}{} // want "GLK104 .* send on places "
		wg.Go(func() { use(1) })
	}
	wg.Wait()
}

// A return is missing after the error: two sends for one place, and nobody who takes.
func LeakMissingReturn() {
	status := make(chan error, 1)
	report(status)
	use(len(status))
}

func report(status chan<- error) {
	err := refused()
	if err != nil {
		status <- err
	}
	status <- nil // want "GLK104 .* send on status "
}

// The callback is called at once, by the goroutine that would receive.
func LeakCallback() {
	found := make(chan int)
	walk(func(n int) {
		found <- n // want "GLK104 .* send on found "
	})
	close(found)
	for n := range found {
		use(n)
	}
}

func walk(visit func(int)) {
	visit(1)
	visit(2)
}

// The field of a local value: its method sends to nobody.
func LeakMethod() {
	t := task{finished: make(chan struct{})}
	go t.run()
}

type task struct{ finished chan struct{} }

func (t task) run() {
	use(1)
	t.finished <- struct{}{} // want "GLK104 .* send on finished "
}

// The worker puts follow-up work into the queue that only it reads.
func LeakFeedsItself() {
	queue := make(chan int)
	go func() {
		for n := range queue {
			if n > 0 {
				queue <- n - 1 // want "GLK104 .* send on queue "
			}
		}
	}()
	queue <- 3
}

// The other channel is received from.
func LeakOtherChannel() {
	values, errs := make(chan int), make(chan error)
	go func() {
		if err := refused(); err != nil {
			errs <- err // want "GLK104 .* send on errs "
		}
		close(values)
	}()
	go func() {
		for v := range values {
			use(v)
		}
	}()
}

// A lock made of a channel is taken twice.
func LeakLockTwice() {
	lock := make(chan struct{}, 1)
	lock <- struct{}{}
	if err := refused(); err != nil {
		lock <- struct{}{} // want "GLK104 .* send on lock "
		<-lock
	}
	<-lock
}

// The hidden name: the inner channel has no receiver.
func LeakShadowed() {
	result := make(chan int, 1)
	if accepted() == nil {
		result := make(chan int)
		go func() {
			result <- 1 // want "GLK104 .* send on result "
		}()
	}
	result <- 2
	use(<-result)
}
