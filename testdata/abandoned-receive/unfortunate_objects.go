package abandonedreceive

// The function that closes is a field, and called if it is there.
func OkCallbackField() {
	done := make(chan struct{})
	runWith(config{onDone: func() { close(done) }})
	<-done // wrong "GLK102"
}
