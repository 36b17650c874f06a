package abandonedreceive

import "sync/atomic"

// The last one closes, by an atomic counter.
func OkLastOneCloses() {
	var left atomic.Int32
	left.Store(3)
	done := make(chan struct{})
	for range 3 {
		go func() {
			if left.Add(-1) == 0 {
				close(done)
			}
		}()
	}
	<-done // wrong "GLK102"
}

func runWith(cfg config) {
	go func() {
		if cfg.onDone != nil {
			defer cfg.onDone()
		}
		use(cfg.limit)
	}()
}

// The function that closes is a field, and called if it is there.
func OkCallbackField() {
	done := make(chan struct{})
	runWith(config{onDone: func() { close(done) }})
	<-done // wrong "GLK102"
}
