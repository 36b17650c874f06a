package sendafterdone

import "context"

func last(out chan<- int, n int) { out <- n } // missed "GLK111"

// The send is in a function of its own.
func stream(ctx context.Context, out chan<- int) {
	select {
	case out <- 1:
	case <-ctx.Done():
		last(out, 1)
	}
}

func LeakStream() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	go stream(ctx, make(chan int))
}
