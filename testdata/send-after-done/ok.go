package sendafterdone

import "context"

// Another channel, which has room.
func report(ctx context.Context, out chan<- int, errs chan<- error) {
	select {
	case out <- 1:
	case <-ctx.Done():
		errs <- ctx.Err()
	}
}

func OkReport() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	report(ctx, make(chan int), make(chan error, 1))
}

// The second send has a way on.
func offer(ctx context.Context, out chan<- int) {
	select {
	case out <- 1:
	case <-ctx.Done():
		select {
		case out <- 1:
		default:
		}
	}
}

func OkOffer() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	offer(ctx, make(chan int))
}

// There is room for it.
func keep(ctx context.Context, n int) <-chan int {
	out := make(chan int, 1)
	select {
	case out <- n:
	case <-ctx.Done():
		out <- n
	}
	return out
}

func OkKeep() { keep(context.Background(), 1) }
