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
		use(<-results)
	}
}

// The loop that starts has no count, and room for more than it needs.
func OkBatches() {
	errs := make(chan error, len(addresses))
	batches := 0
	for first := 0; first < len(addresses); {
		last := min(first+8, len(addresses))
		batches += 1
		go func(some []string) {
			errs <- all(some)
		}(addresses[first:last])
		first = last
	}
	var failed error
	for range batches {
		if err := <-errs; err != nil {
			failed = err
		}
	}
	report(failed)
}

// Counted up beside the go statement, and down beside the receive.
func OkDownToNothing() {
	rounds := make([]int, 3)
	more := func() bool {
		rounds = rounds[1:]
		return len(rounds) > 0
	}
	var running int
	done := make(chan struct{})
	for more() {
		go func() {
			_ = accepted()
			done <- struct{}{}
		}()
		running++
	}
	for running > 0 {
		<-done
		running--
	}
}

// At most two run at a time.
func OkFewAtATime() {
	running := 0
	done := make(chan error)
	for _, address := range addresses {
		if running == 2 {
			<-done
			running--
		}
		running++
		go func() { done <- all([]string{address}) }()
	}
	for ; running > 0; running-- {
		<-done
	}
}

// What is counted is awaited by another function.
func OkAwaitedElsewhere() {
	started := 0
	done := make(chan error)
	for _, address := range addresses {
		if address != "" {
			started++
			go func() { done <- all([]string{address}) }()
		}
	}
	awaitAll(done, started)
}

func awaitAll(done chan error, started int) {
	for i := 0; i < started; i++ {
		<-done
	}
}

// Nothing is awaited where nothing was started.
func OkPerhapsOne(wanted bool) {
	started := 0
	done := make(chan error)
	if wanted {
		started++
		go func() { done <- accepted() }()
	}
	if started == 0 {
		return
	}
	<-done
}

func all([]string) error { return nil }

func report(error) {}

type spinner struct {
	queue chan int
	busy  int
}

// Who goes round and round does not keep others from going on.
func (s *spinner) OkBesideOneThatSpins() {
	go s.drain()
	go s.idle()
	done := make(chan struct{})
	go func() { close(done) }()
	<-done
}

func (s *spinner) drain() {
	for len(s.queue) > 0 {
		use(<-s.queue)
	}
	if len(s.queue) > 0 {
		use(<-s.queue)
	}
}

func (s *spinner) idle() {
	for s.busy > 0 {
		_ = accepted()
	}
	if s.busy > 0 {
		return
	}
	use(<-s.queue)
}
