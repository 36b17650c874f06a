package abandonedreceive

// Only what was started is awaited.
func OkStartedOnly() {
	results := make(chan int)
	started := 0
	for _, address := range addresses {
		if address == "b" {
			continue
		}
		started++
		go func() { results <- len(address) }()
	}
	for range started {
		use(<-results) // wrong "GLK102 .* receive from results "
	}
}

// A panic that is recovered skips the send.
func LeakRecoveredPanic() {
	done := make(chan error)
	go func() {
		defer func() { _ = recover() }()
		if err := refused(); err != nil {
			panic(err)
		}
		done <- nil
	}()
	<-done // missed "GLK102"
}
