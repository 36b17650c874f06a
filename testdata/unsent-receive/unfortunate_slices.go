package unsentreceive

// A bucket is filled to its capacity.
func OkTokensToCapacity() {
	tokens := make(chan struct{}, 3)
	for range cap(tokens) {
		tokens <- struct{}{}
	}
	for range 3 {
		<-tokens // wrong "GLK105"
	}
}

// Each waits for the channel of the one before, in a slice of channels.
func OkStartOrder() {
	ready := make([]chan struct{}, 3)
	for i := range ready {
		ready[i] = make(chan struct{})
	}
	for i := range ready {
		go func() {
			if i > 0 {
				<-ready[i-1] // wrong "GLK105"
			}
			close(ready[i])
		}()
	}
	<-ready[2] // wrong "GLK102"
}
