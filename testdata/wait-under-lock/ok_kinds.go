package waitunderlock

import "sync"

// Whoever counts itself takes the lock before: while somebody waits under the lock, nobody is counted any more.
type writer struct {
	mu      sync.Mutex
	pending sync.WaitGroup
	closed  bool
}

func (w *writer) write() {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return
	}
	w.pending.Add(1)
	w.mu.Unlock()
	defer w.pending.Done()
}

func (w *writer) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.pending.Wait()
}

func OkCountedUnderLock() {
	w := &writer{}
	go w.write()
	w.close()
}

// The same in two functions that a third one calls.
func (w *writer) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending.Add(1)
}

func (w *writer) end() {
	w.pending.Done()
}

func OkCountedByBegin() {
	w := &writer{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.begin()
		w.end()
	}()
	<-done
	w.close()
}

// It is filled where it is made.
type tokens struct {
	mu   sync.Mutex
	free chan struct{}
}

func (t *tokens) resize(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.free = make(chan struct{}, n)
	for range n {
		t.free <- struct{}{}
	}
}

func (t *tokens) take() {
	t.mu.Lock()
	free := t.free
	t.mu.Unlock()
	<-free
}

func OkFilled() {
	t := &tokens{}
	t.resize(2)
	t.take()
}

// The receiver takes the lock after its last receive only.
type mailer struct {
	mu   sync.Mutex
	mail chan int
	sum  int
}

func (m *mailer) run() {
	sum := 0
	for n := range m.mail {
		sum += n
	}
	m.mu.Lock()
	m.sum = sum
	m.mu.Unlock()
}

func (m *mailer) send(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mail <- n
}

func OkLockAfterTheLoop() {
	m := &mailer{mail: make(chan int)}
	go m.run()
	m.send(1)
	m.send(2)
	close(m.mail)
}

// A Cond lets go of the lock that it was made with, and readers do not wait for readers.
type door struct {
	mu     sync.Mutex
	opened *sync.Cond
	isOpen bool
}

func (d *door) pass() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for !d.isOpen {
		d.opened.Wait()
	}
}

func (d *door) open() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.isOpen = true
	d.opened.Signal()
}

func OkCond() {
	d := &door{}
	d.opened = sync.NewCond(&d.mu)
	go d.open()
	d.pass()
}

type reader struct {
	mu   sync.RWMutex
	news chan int
}

func (r *reader) listen() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return <-r.news
}

func (r *reader) tell() {
	r.mu.RLock()
	defer r.mu.RUnlock()
	r.news <- 1
}

func OkReaders() {
	r := &reader{news: make(chan int)}
	go r.tell()
	r.listen()
}

// A select with another way out.
func (r *reader) listenFor(quit chan struct{}) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case n := <-r.news:
		return n
	case <-quit:
		return 0
	}
}

func OkSelect() {
	r := &reader{news: make(chan int)}
	quit := make(chan struct{})
	close(quit)
	r.listenFor(quit)
}

// One goroutine that has let go of the lock goes on to send.
type baton struct {
	mu   sync.Mutex
	hand chan int
	laps int
}

func (b *baton) lap() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.laps++
}

func (b *baton) give() {
	b.hand <- 1
}

func (b *baton) take() {
	b.mu.Lock()
	defer b.mu.Unlock()
	<-b.hand
}

func OkCallerLocksBefore() {
	b := &baton{hand: make(chan int)}
	b.lap()
	go b.take()
	b.give()
}

type monitor struct {
	mu sync.Mutex
	wg sync.WaitGroup
}

func (m *monitor) begin() {
	m.mu.Lock()
	m.wg.Add(1)
	m.mu.Unlock()
}

func (m *monitor) stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wg.Wait()
}

// Whoever calls Done has taken the lock before it was counted, and not since.
func (m *monitor) restart(start func() bool) {
	m.stop()
	m.begin()
	if !start() {
		m.wg.Done()
	}
}

func OkCountedUnderTheLock() {
	m := &monitor{}
	m.restart(func() bool { return false })
	m.stop()
}
