package endlessrange

// The range is left by another way.
func OkBreak() {
	in := make(chan int, len(numbers))
	for _, n := range numbers {
		in <- n
	}
	seen := 0
	for n := range in { // wrong "GLK103 .* range over in, "
		use(n)
		seen++
		if seen == len(numbers) {
			break
		}
	}
}

// Each shard is a channel in a slice, and only the first is closed.
func LeakSliceOfChannels() {
	shards := make([]chan int, 2)
	for i := range shards {
		shards[i] = make(chan int, 1)
		go func() {
			for n := range shards[i] { // missed "GLK103"
				use(n)
			}
		}()
	}
	close(shards[0])
}
