package main

import (
	"context"
	"os"
)

// The goroutine is a named function.
func LeakNamed() {
	go hold()
}

func hold() {
	defer use(1)
	select {} // missed "GLK202"
}

// The goroutine is a method.
func LeakMethod() {
	k := &keeper{started: make(chan struct{})}
	go k.keep()
	<-k.started
}

type keeper struct{ started chan struct{} }

func (k *keeper) keep() {
	close(k.started)
	select {} // missed "GLK202"
}

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
