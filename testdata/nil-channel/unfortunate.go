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
