package nilchannel

// Declared, but not made: the range.
func LeakRange() {
	var lines chan string
	go func() {
		for line := range lines { // missed "GLK106"
			use(len(line))
		}
	}()
}

// nil is the argument.
func LeakNilArgument() {
	go notify(nil)
}

func notify(done chan<- struct{}) {
	use(1)
	done <- struct{}{} // missed "GLK106"
}

// The result has a name, and no value.
func LeakNamedResult() {
	_ = first()
}

func first() (values chan int) {
	go func() {
		use(1)
	}()
	values <- 1 // missed "GLK106"
	return values
}

// The channels of a slice that were not made.
func LeakSlice() {
	channels := make([]chan int, 2)
	for i, c := range channels {
		go func() {
			c <- i // missed "GLK106"
		}()
	}
}

// A key that the map lacks.
func LeakMap() {
	topics := map[string]chan int{"a": make(chan int, 1)}
	go func() {
		topics["b"] <- 1 // missed "GLK106"
	}()
}

// Set to nil after the close, and read once more.
func LeakReset() {
	done := make(chan struct{})
	close(done)
	done = nil
	<-done // missed "GLK106"
}

// Used only where it is not nil.
func OkNilTest() {
	var done chan struct{}
	if refused() == nil {
		done = make(chan struct{})
		close(done)
	}
	if done != nil {
		<-done // wrong "GLK105"
	}
}

// Inputs are set to nil when they are through.
func OkMerge() {
	left, right := make(chan int), make(chan int)
	go func() {
		defer close(left)
		left <- 1 // wrong "GLK101"
	}()
	go func() {
		defer close(right)
		right <- 2 // wrong "GLK101"
	}()
	for left != nil || right != nil {
		select {
		case v, more := <-left:
			if !more {
				left = nil
				continue
			}
			use(v)
		case v, more := <-right:
			if !more {
				right = nil
				continue
			}
			use(v)
		}
	}
}

// The output is nil until there is something to put out.
func OkQueue() {
	in, out := make(chan int), make(chan int)
	go func() {
		defer close(out)
		var pending []int
		for in != nil || len(pending) > 0 {
			var send chan int
			var head int
			if len(pending) > 0 {
				send, head = out, pending[0]
			}
			select {
			case v, more := <-in:
				if !more {
					in = nil
					continue
				}
				pending = append(pending, v)
			case send <- head:
				pending = pending[1:]
			}
		}
	}()
	go func(in chan<- int) {
		defer close(in)
		for i := range 3 {
			in <- i // wrong "GLK101"
		}
	}(in)
	for v := range out {
		use(v)
	}
}

// The channels of a slice are made one by one.
func OkSlice() {
	channels := make([]chan int, 3)
	for i := range channels {
		channels[i] = make(chan int, 1)
	}
	for i, c := range channels {
		c <- i // wrong "GLK104"
	}
}
