package sendafterdone

import "context"

func produce(ctx context.Context, out chan<- int) {
	for i := 0; ; i++ {
		select {
		case out <- i:
		case <-ctx.Done():
			out <- i // want "GLK111 send-after-done: send on out after ctx.Done.. may block for ever: its receiver is told to leave, too"
			return
		}
	}
}

type answer struct {
	n   int
	err error
}

// The error may be what the receiver waits for.
func answers(ctx context.Context, out chan<- answer) {
	for i := 0; ; i++ {
		select {
		case out <- answer{n: i}:
		case <-ctx.Done():
			out <- answer{err: ctx.Err()} // low "GLK111"
			return
		}
	}
}

func LeakProduce() {
	ctx, cancel := context.WithCancel(context.Background())
	out := make(chan int)
	go produce(ctx, out)
	<-out
	cancel()
}
