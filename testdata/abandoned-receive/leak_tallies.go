package abandonedreceive

// One more is awaited than is started, where one is skipped.
func LeakCountedBeforeSkipped() {
	results := make(chan int)
	started := 0
	for _, address := range addresses {
		started++
		if address == "b" {
			continue
		}
		go func() { results <- len(address) }()
	}
	for range started {
		use(<-results) // want "GLK102 .* receive from results "
	}
}

// The count starts at one.
func LeakOneTooMany() {
	done := make(chan error)
	started := 1
	for _, address := range addresses {
		if address != "" {
			started++
			go func() { done <- all([]string{address}) }()
		}
	}
	awaitOneTooMany(done, started)
}

func awaitOneTooMany(done chan error, started int) {
	for i := 0; i < started; i++ {
		<-done // want "GLK102 .* receive from done "
	}
}
