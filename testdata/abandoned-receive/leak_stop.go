package abandonedreceive

func startLoop() (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		<-quit // want "GLK102"
	}()
	return func() {
		close(quit)
		<-done
	}
}

// The function that stops is returned, and not called on an error.
func LeakReturnedStop() {
	stop := startLoop()
	if refused() != nil {
		return
	}
	stop()
}

// The function that stops is dropped.
func LeakDroppedStop() {
	startLoop()
}
