package main

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
