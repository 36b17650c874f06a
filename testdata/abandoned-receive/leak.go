package abandonedreceive

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// The error path returns before the send.
func LeakErrorPath() {
	done := make(chan error)
	go func() {
		if err := refused(); err != nil {
			return
		}
		done <- nil
	}()
	<-done // want "GLK102 abandoned-receive: receive from done blocks for ever when its sender is gone"
}

// Closed on success only, for want of a defer.
func LeakClosedOnSuccess() {
	ready := make(chan struct{})
	go func() {
		if err := refused(); err != nil {
			fmt.Println(err)
			return
		}
		close(ready)
	}()
	<-ready // want "GLK102 .* receive from ready "
}

// The function returns before it stops its goroutine.
func LeakNotStopped() {
	_ = startThenFail()
}

func startThenFail() error {
	stop := make(chan struct{})
	go func() {
		<-stop // want "GLK102 .* receive from stop "
		use(1)
	}()
	if err := refused(); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	close(stop)
	return nil
}

// One signal for two who wait: a send reaches one of them only.
func LeakSendInsteadOfClose() {
	start := make(chan struct{})
	for range 2 {
		go func() {
			<-start // want "GLK102 .* receive from start "
			use(1)
		}()
	}
	start <- struct{}{}
	if err := refused(); err != nil {
		return
	}
	start <- struct{}{}
}

// The sender heeds the context, the receiver does not.
func LeakSenderHeedsContext() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	values := make(chan int)
	go func() {
		n := double(2)
		time.Sleep(time.Millisecond)
		if ctx.Err() != nil {
			return
		}
		select {
		case values <- n:
		case <-ctx.Done():
		}
	}()
	use(<-values) // want "GLK102 .* receive from values "
}

// As many receives as items, but items that fail send nothing.
func LeakFewerSends() {
	sizes := make(chan int)
	for _, address := range addresses {
		go func() {
			if err := refused(); err != nil {
				return
			}
			sizes <- len(address)
		}()
	}
	total := 0
	for range addresses {
		total += <-sizes // want "GLK102 .* receive from sizes "
	}
	use(total)
}

// The sender is a named function that gives up by itself.
func LeakNamedSender() {
	greeting := make(chan string, 1)
	go greet(greeting)
	fmt.Println(<-greeting) // want "GLK102 .* receive from greeting "
}

func greet(out chan<- string) {
	if refused() != nil {
		return
	}
	out <- "hello"
}

// A switch lacks the default.
func LeakSwitch() {
	state := make(chan string)
	go func() {
		switch double(3) {
		case 1:
			state <- "one"
		case 2:
			state <- "two"
		}
	}()
	fmt.Println(<-state) // want "GLK102 .* receive from state "
}

// The channel is a field of a local value, closed by a method that returns early.
func LeakMethod() {
	s := &session{closed: make(chan struct{})}
	go s.serve()
	<-s.closed // want "GLK102 .* receive from closed "
}

type session struct{ closed chan struct{} }

func (s *session) serve() {
	if refused() != nil {
		return
	}
	close(s.closed)
}

// The close is deferred after the first return.
func LeakLateDefer() {
	finished := make(chan struct{})
	go func() {
		if refused() != nil {
			return
		}
		defer close(finished)
		use(1)
	}()
	<-finished // want "GLK102 .* receive from finished "
}

// The producer sends one value less when it skips.
func LeakSkippedSend() {
	lengths := make(chan int)
	go func() {
		for _, address := range addresses {
			if refused() != nil {
				continue
			}
			lengths <- len(address)
		}
	}()
	for range addresses {
		use(<-lengths) // want "GLK102 .* receive from lengths "
	}
}

// A goto jumps over the send.
func LeakGoto() {
	status := make(chan int)
	go func() {
		if refused() != nil {
			goto out
		}
		status <- 1
	out:
		use(2)
	}()
	use(<-status) // want "GLK102 .* receive from status "
}

// Goexit ends the goroutine as t.FailNow does.
func LeakGoexit() {
	result := make(chan int)
	go func() {
		if refused() != nil {
			runtime.Goexit()
		}
		result <- 1
	}()
	use(<-result) // want "GLK102 .* receive from result "
}

// wg.Go: the worker that waits for permission holds up the group.
func LeakWaitGroupGo() {
	var wg sync.WaitGroup
	permission := make(chan struct{})
	wg.Go(func() {
		<-permission // want "GLK102 .* receive from permission "
	})
	if err := refused(); err == nil {
		close(permission)
	}
	wg.Wait()
}

// The reply channel went with the request, and the server drops some requests.
func LeakReplyDropped() {
	queries := make(chan query)
	defer close(queries)
	go func() {
		for q := range queries {
			if refused() != nil {
				continue
			}
			q.answer <- double(q.n)
		}
	}()
	q := query{n: 1, answer: make(chan int)}
	queries <- q
	use(<-q.answer) // want "GLK102"
}

// One case only, and its sender is gone. It waits as a receive does.
func LeakSingleCase() {
	answer := make(chan int)
	go func() {
		if refused() != nil {
			return
		}
		answer <- 1
	}()
	select {
	case v := <-answer: // want "GLK102 .* receive from answer "
		use(v)
	}
}

// Nothing was started, and no error says so.
func LeakNotStartedWithoutError() {
	done := make(chan error)
	if err := startQuietly("b", done); err != nil {
		return
	}
	<-done // want "GLK102 .* receive from done "
}

func startQuietly(address string, done chan error) error {
	if address == "b" {
		return nil
	}
	go func() { done <- accepted() }()
	return nil
}
