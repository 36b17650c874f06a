package nilchannel

import (
	"context"
	"fmt"
	"time"
)

// A timer with a function has no channel.
func LeakAfterFunc() {
	timer := time.AfterFunc(0, func() { use(1) })
	time.Sleep(5 * time.Millisecond)
	if !timer.Stop() {
		<-timer.C // want "GLK106 nil-channel: .* blocks for ever"
	}
}

// Declared, but not made: the send.
func LeakSend() {
	var results chan int
	go func() {
		results <- 1 // want "GLK106 .* blocks for ever"
	}()
}

// Declared, but not made: the receive.
func LeakReceive() {
	var done chan struct{}
	go func() {
		use(1)
	}()
	<-done // want "GLK106"
}

// Nothing cancels the background.
func LeakBackground() {
	go func() {
		<-context.Background().Done() // want "GLK106"
		use(1)
	}()
}

// Nor the context that is still to be chosen.
func LeakTodo() {
	ctx := context.TODO()
	go func() {
		<-ctx.Done() // want "GLK106"
		use(1)
	}()
}

// A value does not make the background one that ends.
func LeakWithValue() {
	ctx := context.WithValue(context.Background(), key{}, 1)
	go waitFor(ctx)
}

type key struct{}

func waitFor(ctx context.Context) {
	<-ctx.Done() // want "GLK106"
	use(2)
}

// What is without cancel has no Done.
func LeakWithoutCancel() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	detached := context.WithoutCancel(ctx)
	go func() {
		<-detached.Done() // want "GLK106"
		use(1)
	}()
}

// The field of a value that was made without it.
func LeakField() {
	w := &worker{name: "a"}
	go w.run()
}

type worker struct {
	name string
	quit chan struct{}
}

func (w *worker) run() {
	<-w.quit // want "GLK106"
	fmt.Println(w.name)
}

// Set to nil after the close, and read once more.
func LeakReset() {
	done := make(chan struct{})
	close(done)
	done = nil
	<-done // want "GLK106"
}
