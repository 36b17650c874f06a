package abandonedsend

import (
	"errors"
	"fmt"
	"sync"
)

// The last stage of a pipeline has enough; both stages before it hang.
func LeakPipeline() {
	squares := square(numbers(5))
	use(<-squares)
}

func numbers(n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := range n {
			out <- i // want "GLK101"
		}
	}()
	return out
}

func square(in <-chan int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for n := range in {
			out <- n * n // want "GLK101"
		}
	}()
	return out
}

type result struct {
	value int
	err   error
}

// Value and error in one struct; the first error returns.
func LeakStructResult() {
	results := make(chan result)
	for range addresses {
		go func() {
			v, err := quickly(), refused()
			results <- result{v, err} // want "GLK101"
		}()
	}
	for range addresses {
		r := <-results
		if r.err != nil {
			return
		}
		use(r.value)
	}
}

// Errors on one channel, the end on another: after the first error nobody takes the others.
func LeakErrsAndDone() {
	var wg sync.WaitGroup
	errs := make(chan error)
	done := make(chan struct{})
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := refused(); err != nil {
				errs <- err // want "GLK101"
			}
		}()
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-errs:
		return
	case <-done:
	}
}

type source interface{ next(chan<- int) }

type fixed struct{}

func (fixed) next(out chan<- int) {
	out <- 1 // want "GLK101"
}

// The sender is behind an interface that one type implements; nobody waits for it.
func LeakInterface() {
	var s source = fixed{}
	out := make(chan int)
	go s.next(out)
	select {
	case v := <-out:
		use(v)
	default:
	}
}

type task struct{ done chan int }

func (t *task) run() {
	t.done <- 1 // want "GLK101"
}

// A method value is started; an error returns before the receive.
func LeakMethodValue() {
	t := &task{done: make(chan int)}
	f := t.run
	go f()
	if refused() != nil {
		return
	}
	use(<-t.done)
}

func unbufferedAsync[T any](f func() T) <-chan T {
	out := make(chan T)
	go func() { out <- f() }() // want "GLK101"
	return out
}

// A generic helper without a buffer.
func LeakGenericAsync() {
	a, b := unbufferedAsync(quickly), unbufferedAsync(refused)
	if err := <-b; err != nil {
		return
	}
	use(<-a)
}

// The error is told apart in a switch, one case of which returns.
func LeakErrorSwitch() {
	out := make(chan int)
	go func() { out <- quickly() }() // want "GLK101"
	switch err := refused(); {
	case errors.Is(err, errRefused):
		return
	case err != nil:
		fmt.Println(err)
	}
	use(<-out)
}

// Room for one send of each, but each sends twice.
func LeakTwiceTheSends() {
	out := make(chan int, len(addresses))
	for range addresses {
		go func() {
			out <- 1
			out <- slowly() // want "GLK101"
		}()
	}
	use(<-out)
}

// Values and errors, the first of which returns.
func LeakCollectBoth() {
	values, errs := make(chan int), make(chan error)
	for _, address := range addresses {
		go func() {
			if address != "a" {
				errs <- refused() // want "GLK101"
				return
			}
			values <- slowly() // want "GLK101"
		}()
	}
	for range addresses {
		select {
		case v := <-values:
			use(v)
		case <-errs:
			return
		}
	}
}

type group struct {
	wg   sync.WaitGroup
	once sync.Once
	err  error
}

func (g *group) goRun(f func() error) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		if err := f(); err != nil {
			g.once.Do(func() { g.err = err })
		}
	}()
}

func (g *group) wait() error {
	g.wg.Wait()
	return g.err
}

// A group of its own make waits for a function that sends to the one who waits.
func LeakOwnGroup() {
	var g group
	values := make(chan int)
	g.goRun(func() error {
		values <- 1 // want "GLK101"
		return nil
	})
	_ = g.wait()
	use(<-values)
}

// Both sides send first.
func LeakExchange() {
	left, right := make(chan int), make(chan int)
	done := make(chan struct{})
	go func() {
		defer close(done)
		left <- 1 // want "GLK101 .* send on left "
		use(<-right)
	}()
	right <- 2 // want "GLK101 .* send on right "
	use(<-left)
	<-done
}
