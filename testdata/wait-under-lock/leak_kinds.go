package waitunderlock

import (
	"sync"
	"time"
)

// A send: its only receiver takes the lock after each receive, one call down.
type journal struct {
	mu    sync.Mutex
	lines chan string
	kept  []string
}

func (j *journal) write(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines <- line // want "GLK406 wait-under-lock: send on lines under mu, which whoever receives from it takes first"
}

func (j *journal) run() {
	for line := range j.lines {
		j.keep(line)
	}
}

func (j *journal) keep(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.kept = append(j.kept, line)
}

func LeakSendUnderLock() {
	j := &journal{lines: make(chan string)}
	go j.run()
	for range 1000 {
		j.write("a")
	}
}

// A WaitGroup: one of those that it waits for takes the lock.
type pool struct {
	mu    sync.RWMutex
	jobs  chan int
	busy  sync.WaitGroup
	sum   int
	ended bool
}

func (p *pool) start() {
	p.busy.Add(1)
	go p.work()
}

func (p *pool) work() {
	defer p.busy.Done()
	for n := range p.jobs {
		time.Sleep(10 * time.Millisecond)
		p.note(n)
	}
}

func (p *pool) note(n int) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	p.sum += n
}

func (p *pool) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.ended = true
	close(p.jobs)
	p.busy.Wait() // want "GLK406 .*Wait on busy under mu, which one that it waits for takes first"
}

func LeakWaitGroup() {
	p := &pool{jobs: make(chan int, 1)}
	p.start()
	p.jobs <- 1
	p.stop()
}

// A Cond that lets go of its own lock, and not of the other one.
type gate struct {
	outer  sync.Mutex
	inner  sync.Mutex
	opened *sync.Cond
	isOpen bool
}

func newGate() *gate {
	g := &gate{}
	g.opened = sync.NewCond(&g.inner)
	return g
}

func (g *gate) pass() {
	g.outer.Lock()
	defer g.outer.Unlock()
	g.inner.Lock()
	g.opened.Wait() // want "GLK406 .*Wait on opened under outer, which whoever signals it takes first"
	g.inner.Unlock()
}

func (g *gate) open() {
	g.outer.Lock()
	defer g.outer.Unlock()
	g.inner.Lock()
	defer g.inner.Unlock()
	g.isOpen = true
	g.opened.Broadcast()
}

func LeakCond() {
	g := newGate()
	go g.pass()
	time.Sleep(10 * time.Millisecond)
	g.open()
}

// A select has no way on but two channels of one kind.
type duel struct {
	mu          sync.Mutex
	left, right chan int
	n           int
}

func (d *duel) judge() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	select { // want "GLK406 .*select on left under mu, which whoever could end it takes first"
	case n := <-d.left:
		return n
	case n := <-d.right:
		return -n
	}
}

func (d *duel) fightLeft() {
	d.mu.Lock()
	d.n++
	d.mu.Unlock()
	d.left <- 1
}

func (d *duel) fightRight() {
	d.mu.Lock()
	d.n++
	d.mu.Unlock()
	d.right <- 1
}

func LeakSelect() {
	d := &duel{left: make(chan int), right: make(chan int)}
	go d.judge()
	time.Sleep(10 * time.Millisecond)
	go d.fightRight()
	d.fightLeft()
}

// The wait is one call away from the lock, and the close one call away from the other lock, under which it is done.
type session struct {
	mu   sync.Mutex
	quit chan struct{}
	gone chan struct{}
	open bool
}

func (s *session) loop() {
	<-s.quit
	time.Sleep(10 * time.Millisecond)
	s.mu.Lock()
	s.finish()
	s.mu.Unlock()
}

func (s *session) finish() {
	close(s.gone)
}

func (s *session) await() {
	<-s.gone // want "GLK406 .*receive from gone under mu"
}

func (s *session) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.quit)
	s.await()
}

func LeakHelpers() {
	s := &session{quit: make(chan struct{}), gone: make(chan struct{})}
	go s.loop()
	s.shut()
}

// A loop over a channel that is closed under the lock.
type feed struct {
	mu    sync.Mutex
	items chan int
	sum   int
}

func (f *feed) produce() {
	f.items <- 1
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.items)
}

func (f *feed) drain() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for n := range f.items { // want "GLK406 .*loop over items under mu, which whoever closes it takes first"
		f.sum += n
	}
}

func LeakRange() {
	f := &feed{items: make(chan int)}
	go func() {
		time.Sleep(10 * time.Millisecond)
		f.produce()
	}()
	f.drain()
}

// Lock and channel of the package.
var (
	tableMu sync.Mutex
	loaded  = make(chan struct{})
	table   map[string]int
)

func load() {
	tableMu.Lock()
	table = map[string]int{}
	tableMu.Unlock()
	close(loaded)
}

func LeakPackageVariables() {
	tableMu.Lock()
	go load()
	<-loaded // want "GLK406 .*receive from loaded under tableMu"
	tableMu.Unlock()
}

// A semaphore of which a holder needs the lock before it lets go.
type limiter struct {
	mu    sync.Mutex
	slots chan struct{}
	n     int
}

func (l *limiter) enter() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slots <- struct{}{} // low "GLK406 .*send on slots under mu"
	l.n++
}

func (l *limiter) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n--
	<-l.slots // low "GLK406 .*receive from slots under mu"
}

func LeakSemaphore() {
	l := &limiter{slots: make(chan struct{}, 1)}
	l.enter()
	go l.leave()
	l.enter()
	l.enter()
}
