package waitunderlock

import (
	"sync"
	"time"
)

type group struct {
	mu    sync.Mutex
	in    chan int
	done  chan struct{}
	total int
}

func newGroup() *group {
	g := &group{in: make(chan int, 1), done: make(chan struct{})}
	go func() {
		defer close(g.done)
		for n := range g.in {
			time.Sleep(10 * time.Millisecond)
			g.add(n)
		}
	}()
	return g
}

func (g *group) add(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.total += n
}

func (g *group) stop() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.in)
	<-g.done // want "GLK406 wait-under-lock: receive from done under mu, which whoever sends on it or closes it takes first"
	return g.total
}

// The goroutine that closes the channel needs the lock.
func LeakClose() {
	g := newGroup()
	g.in <- 1
	g.stop()
}

type keeper struct {
	sync.RWMutex
	awake chan int
}

func (k *keeper) sleep() {
	k.Lock()
	<-k.awake // want "GLK406 .*receive from awake under k"
	k.Unlock()
}

func (k *keeper) wake() {
	k.RLock()
	defer k.RUnlock()
	k.awake <- 1 // want "GLK406 .*send on awake under k"
}

// Another method sends under the lock.
func LeakSend() {
	k := &keeper{awake: make(chan int)}
	go k.sleep()
	time.Sleep(10 * time.Millisecond)
	k.wake()
}

// And the other way round.
func LeakReceive() {
	k := &keeper{awake: make(chan int)}
	go k.wake()
	time.Sleep(10 * time.Millisecond)
	k.sleep()
}
