package unsignalledwait

import "sync"

// The one who makes the condition true signals.
func OkSignal() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready := false
	go func() {
		mu.Lock()
		ready = true
		cond.Signal()
		mu.Unlock()
	}()
	mu.Lock()
	for !ready {
		cond.Wait()
	}
	mu.Unlock()
}

// Broadcast reaches all who wait.
func OkBroadcast() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	cond := sync.NewCond(&mu)
	open := false
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			for !open {
				cond.Wait()
			}
		}()
	}
	mu.Lock()
	open = true
	mu.Unlock()
	cond.Broadcast()
	wg.Wait()
}

// A queue: put signals, close broadcasts.
type fifo struct {
	mu     sync.Mutex
	some   *sync.Cond
	items  []int
	closed bool
}

func newFifo() *fifo {
	f := &fifo{}
	f.some = sync.NewCond(&f.mu)
	return f
}

func (f *fifo) put(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.items = append(f.items, n)
	f.some.Signal()
}

func (f *fifo) close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.some.Broadcast()
}

func (f *fifo) take() (int, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.items) == 0 && !f.closed {
		f.some.Wait()
	}
	if len(f.items) == 0 {
		return 0, false
	}
	n := f.items[0]
	f.items = f.items[1:]
	return n, true
}

func OkQueue() {
	f := newFifo()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n, more := f.take(); more; n, more = f.take() {
			use(n)
		}
	}()
	for i := range 3 {
		f.put(i)
	}
	f.close()
	<-done
}

// The Cond is kept by an object that lives on: another method of it signals.
var shared = newFifo()

func OkObjectThatLivesOn() {
	shared.put(1)
	shared.take()
}

// Both directions on one Cond: the hand-over of a turn.
func OkTurns() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	turn := 0
	var wg sync.WaitGroup
	for me := range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 2 {
				mu.Lock()
				for turn != me {
					cond.Wait()
				}
				turn = 1 - me
				cond.Broadcast()
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
}

// Unknown code gets the Cond.
var wakers []func(*sync.Cond)

func OkHandedOver() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	woken := false
	wakers = append(wakers, func(c *sync.Cond) {
		mu.Lock()
		woken = true
		mu.Unlock()
		c.Signal()
	})
	go wakers[len(wakers)-1](cond)
	mu.Lock()
	for !woken {
		cond.Wait()
	}
	mu.Unlock()
}

// A deferred Broadcast comes on every way out.
func OkDeferredBroadcast() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	over := false
	go func() {
		defer cond.Broadcast()
		defer func() {
			mu.Lock()
			over = true
			mu.Unlock()
		}()
		if refused() != nil {
			return
		}
		use(1)
	}()
	mu.Lock()
	for !over {
		cond.Wait()
	}
	mu.Unlock()
}

// A barrier: the last one to come wakes the others.
func OkBarrier() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	cond := sync.NewCond(&mu)
	missing := len(addresses)
	for range addresses {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			missing--
			if missing == 0 {
				cond.Broadcast()
				return
			}
			for missing > 0 {
				cond.Wait()
			}
		})
	}
	wg.Wait()
}

// The condition holds already, so that nobody waits.
func OkAlreadyTrue() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready := false
	mu.Lock()
	ready = true
	for !ready {
		cond.Wait()
	}
	mu.Unlock()
}
