package unownedgoroutine

import (
	"sync"
	"time"
)

// ---- polling for what nobody sets

type prober struct {
	mu       sync.Mutex
	finished bool
	rounds   int
}

func (p *prober) start() {
	go func() { // want "GLK801 .*nothing can end this goroutine, which waits only for the clock"
		for !p.finished {
			p.mu.Lock()
			p.rounds++
			p.mu.Unlock()
			time.Sleep(time.Second)
		}
	}()
}

func pollLocal(check func()) {
	enough := false
	go func() { // want "GLK801 .*waits only for the clock"
		for {
			if enough {
				return
			}
			check()
			time.Sleep(time.Second)
		}
	}()
}
