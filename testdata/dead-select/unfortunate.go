package deadselect

// A case is switched off by nil until there is something to send.
func OkDisabledCase() {
	in, out := make(chan int), make(chan int)
	done := make(chan struct{})
	go func() {
		defer close(done)
		use(<-out)
	}()
	go func() {
		var ready chan int
		value := 0
		for {
			select {
			case v := <-in:
				value, ready = v, out
			case ready <- value:
				return
			}
		}
	}()
	in <- 1 // wrong "GLK101"
	<-done
}
