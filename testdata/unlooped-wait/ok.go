package unloopedwait

import "sync"

type pool struct {
	mu   sync.Mutex
	cond *sync.Cond
	free int
	want int
}

func newPool(free int) *pool {
	p := &pool{free: free}
	p.cond = sync.NewCond(&p.mu)
	return p
}

func (p *pool) put() {
	p.mu.Lock()
	p.free++
	p.cond.Signal()
	p.mu.Unlock()
}

// The loop tests again, in each of its shapes.
func (p *pool) get() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.free == 0 {
		p.cond.Wait()
	}
	p.free--
}

func (p *pool) getByBreak() {
	p.mu.Lock()
	for {
		if p.free > 0 {
			break
		}
		p.cond.Wait()
	}
	p.free--
	p.mu.Unlock()
}

func (p *pool) getByGoto() {
	p.mu.Lock()
again:
	if p.free == 0 {
		p.cond.Wait()
		goto again
	}
	p.free--
	p.mu.Unlock()
}

func OkLoops() {
	p := newPool(0)
	go p.get()
	go p.getByBreak()
	go p.getByGoto()
	p.put()
	p.put()
	p.put()
}

// A helper that only waits: its callers loop.
func (p *pool) wait() { p.cond.Wait() }

func (p *pool) getByHelper() {
	p.mu.Lock()
	for p.free == 0 {
		p.wait()
	}
	p.free--
	p.mu.Unlock()
}

func OkHelper() {
	p := newPool(0)
	go p.put()
	p.getByHelper()
}

// The lock keeps whoever signals from coming first: it is started under it.
func OkStartedUnderTheLock() {
	var mu sync.Mutex
	done := sync.NewCond(&mu)
	mu.Lock()
	go func() {
		mu.Lock()
		done.Signal()
		mu.Unlock()
	}()
	done.Wait()
	mu.Unlock()
}

// A request is left under the lock, and only who has found it signals.
func (p *pool) serve() {
	p.mu.Lock()
	for p.want == 0 {
		p.cond.Wait()
	}
	p.want--
	p.cond.Broadcast()
	p.mu.Unlock()
}

func (p *pool) ask() {
	p.mu.Lock()
	p.want++
	p.cond.Broadcast()
	p.cond.Wait()
	p.mu.Unlock()
}

func OkRequest() {
	p := newPool(0)
	go p.serve()
	p.ask()
}

// Another lock is taken between the test and the Wait.
func (p *pool) getWithLog(logs *sync.Mutex, log *[]string) {
	p.mu.Lock()
	for p.free == 0 {
		logs.Lock()
		*log = append(*log, "waits")
		logs.Unlock()
		p.cond.Wait()
	}
	p.free--
	p.mu.Unlock()
}

func OkOtherLock() {
	var logs sync.Mutex
	var log []string
	p := newPool(0)
	go p.put()
	p.getWithLog(&logs, &log)
}

// A worker that is woken for each piece of work looks for all of it when it wakes.
func (p *pool) work(n int) {
	p.mu.Lock()
	for {
		for p.free > 0 {
			p.free--
			n--
		}
		if n == 0 {
			break
		}
		p.cond.Wait()
	}
	p.mu.Unlock()
}

func OkWorker() {
	p := newPool(1)
	go p.put()
	p.work(2)
}
