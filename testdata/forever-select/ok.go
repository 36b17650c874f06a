package main

import (
	"context"
	"os"
	"os/signal"
	"time"
)

// In main an empty select keeps the process alive. What main leaves behind when it returns ends with it.
func main() {
	if len(os.Args) > 2 {
		endless()
	}
	if len(os.Args) > 1 {
		go poll(context.Background())
		select {}
	}
	results := make(chan int)
	go func() { results <- quickly() }()
}

// A helper that only main calls, and that never returns.
func endless() {
	go poll(context.Background())
	select {}
}

func poll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
			use(1)
		}
	}
}

// A goroutine that lives as long as its context.
func OkContext() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		use(1)
		<-ctx.Done()
	}()
}

// A select with a single case that comes.
func OkSingleCase() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		use(1)
	}()
	select {
	case <-done:
	}
}

// A select with nothing but a default.
func OkOnlyDefault() {
	select {
	default:
		use(1)
	}
}

// Waiting for the signal that ends the process.
func OkSignal() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	go poll(ctx)
	stop()
}

// What comes before an exit is not for ever.
func OkExit() {
	go func() {
		if accepted() != nil {
			os.Exit(1)
			select {}
		}
	}()
}
