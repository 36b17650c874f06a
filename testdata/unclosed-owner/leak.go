package owner

import (
	"context"
	"errors"
	"sync"

	"goleaklint.test/testdata/unclosed-owner/queue"
)

// ---- a done channel

type poller struct {
	ticks chan int
	done  chan struct{}
	last  int
}

func newPoller() *poller {
	p := &poller{ticks: make(chan int, 1), done: make(chan struct{})}
	go p.poll()
	return p
}

func (p *poller) poll() {
	for {
		select {
		case n := <-p.ticks:
			p.last += n
		case <-p.done:
			return
		}
	}
}

func (p *poller) tick(n int) { p.ticks <- n }

func (p *poller) halt() { close(p.done) }

func dropped() {
	newPoller() // want "GLK803 .*the result of newPoller is dropped"
}

func blanked() {
	_ = newPoller() // want "GLK803 .*the result of newPoller is dropped"
}

func neverClosed() int {
	p := newPoller() // want "GLK803 .*p is never closed"
	p.tick(1)
	return p.last
}

func earlyReturn(n int) error {
	p := newPoller() // want "GLK803 .*p is not closed on every path"
	if n < 0 {
		return errors.New("negative")
	}
	p.tick(n)
	p.halt()
	return nil
}

func everyRound(numbers []int) {
	for _, n := range numbers {
		p := newPoller() // want "GLK803 .*p is never closed"
		p.tick(n)
	}
}

func inLiteral(run func(func() error)) {
	run(func() error {
		p := newPoller() // want "GLK803 .*p is never closed"
		p.tick(1)
		return nil
	})
}

// ---- a constructor that fails after it has started the goroutine

func newChecked(check func() error) (*poller, error) {
	p := &poller{ticks: make(chan int, 1), done: make(chan struct{})}
	go p.poll() // want "GLK803 .*p is not closed on every path"
	if err := check(); err != nil {
		return nil, err
	}
	return p, nil
}

// ---- several workers on one queue that the closer closes

type workers struct {
	work chan int
	sum  int
}

func newWorkers(n int) *workers {
	w := &workers{work: make(chan int)}
	for i := 0; i < n; i++ {
		go func() {
			for v := range w.work {
				w.sum += v
			}
		}()
	}
	return w
}

func (w *workers) do(v int) { w.work <- v }

func (w *workers) finished() { close(w.work) }

func workersLeft(values []int) {
	w := newWorkers(2) // want "GLK803 .*w is never closed"
	for _, v := range values {
		w.do(v)
	}
}

// ---- a context whose cancel function is a field

type session struct {
	ctx    context.Context
	cancel context.CancelFunc
	users  int
}

func begin(ctx context.Context) *session {
	ctx, cancel := context.WithCancel(ctx)
	s := &session{ctx: ctx, cancel: cancel}
	go s.await()
	return s
}

func (s *session) await() { <-s.ctx.Done() }

func (s *session) rollback() { s.end() }

func (s *session) end() { s.cancel() }

func sessionLeft() int {
	s := begin(context.Background()) // want "GLK803 .*s is never closed"
	return s.users
}

// ---- another package of the module

func queueLeft(size int) (int, error) {
	q, err := queue.Open(size) // want "GLK803 .*q is not closed on every path"
	if err != nil {
		return 0, err
	}
	q.Add(func() {})
	n := q.Len()
	if n > size {
		return n, errors.New("too many")
	}
	q.Close()
	return n, nil
}

// ---- a result that is an interface

type Store interface {
	Put(n int)
	Close() error
}

type memory struct {
	in   chan int
	quit chan struct{}
	sum  int
}

func NewStore() Store { return newMemory() }

func newMemory() *memory {
	m := &memory{in: make(chan int, 1), quit: make(chan struct{})}
	go m.loop()
	return m
}

func (m *memory) loop() {
	for {
		select {
		case n := <-m.in:
			m.sum += n
		case <-m.quit:
			return
		}
	}
}

func (m *memory) Put(n int) { m.in <- n }

func (m *memory) Close() error {
	close(m.quit)
	return nil
}

func storeLeft(n int) {
	s := NewStore() // want "GLK803 .*s is never closed"
	s.Put(n)
}

func storeDropped() {
	var s Store
	s = NewStore() // want "GLK803 .*s is never closed"
	s.Put(1)
}

// ---- a later result

func newPair(n int) (int, *poller, error) {
	if n < 0 {
		return 0, nil, errors.New("negative")
	}
	p := newPoller()
	return n, p, nil
}

func second() (int, error) {
	n, _, err := newPair(1) // want "GLK803 .*the result of newPair is dropped"
	return n, err
}

func secondOfPair(n int) error {
	m, p, err := newPair(n) // want "GLK803 .*p is not closed on every path"
	if err != nil {
		return err
	}
	if m == 0 {
		return errors.New("nothing")
	}
	p.halt()
	return nil
}

// ---- lent to a function that only looks at it

func count(p *poller) int { return p.last }

func lent() int {
	p := newPoller() // want "GLK803 .*p is never closed"
	return count(p)
}

// ---- started by a method

type server struct {
	wg   sync.WaitGroup
	stop chan struct{}
	name string
}

func newServer(name string) *server { return &server{name: name, stop: make(chan struct{})} }

func (s *server) Start() error {
	if s.name == "" {
		return errors.New("no name")
	}
	s.wg.Add(1)
	go s.serve()
	return nil
}

func (s *server) serve() {
	defer s.wg.Done()
	<-s.stop
}

func (s *server) Stop() {
	close(s.stop)
	s.wg.Wait()
}

func (s *server) Run() { s.wg.Go(s.wait) }

func (s *server) wait() { <-s.stop }

func startedLeft() string {
	s := newServer("a")
	s.Run() // want "GLK803 .*s is never closed"
	return s.name
}

func startedThenFails(check func() error) error {
	s := &server{name: "b", stop: make(chan struct{})}
	s.Run() // want "GLK803 .*s is not closed on every path"
	if err := check(); err != nil {
		return err
	}
	s.Stop()
	return nil
}

// ---- an owner of an owner

type cache struct {
	poller *poller
	hits   int
}

func newCache() (*cache, error) {
	p := newPoller()
	c := &cache{poller: p}
	return c, nil
}

func (c *cache) Close() { c.drop() }

func (c *cache) drop() { c.poller.halt() }

func cacheLeft() (int, error) {
	c, err := newCache() // want "GLK803 .*c is never closed"
	if err != nil {
		return 0, err
	}
	return c.hits, nil
}

type promoted struct {
	*poller
	size int
}

func newPromoted() *promoted { return &promoted{poller: newPoller()} }

func promotedLeft() int {
	p := newPromoted() // want "GLK803 .*p is never closed"
	return p.size
}

// ---- a field that its own type forgets

type hub struct {
	first  *poller
	second *poller
}

func newHub() *hub {
	return &hub{
		first:  newPoller(),
		second: newPoller(), // want "GLK803 .*hub.second is not closed by Close"
	}
}

func (h *hub) Close() { h.first.halt() }

func (h *hub) tick() { h.second.tick(1) }

// ---- a part that knows the whole

type whole struct {
	half *half
	quit chan struct{}
	n    int
}

type half struct{ of *whole }

func newHalf(w *whole) *half {
	h := &half{of: w}
	return h
}

func newWhole() *whole {
	w := &whole{quit: make(chan struct{})}
	w.half = newHalf(w)
	go func() { <-w.quit }()
	return w
}

func (w *whole) Shutdown() { close(w.quit) }

func wholeLeft() int {
	w := newWhole() // want "GLK803 .*w is never closed"
	return w.n
}

// ---- made by one function, started by another

func newBareWhole() *whole { return &whole{quit: make(chan struct{})} }

func openWhole() *whole {
	w := newBareWhole()
	go func() { <-w.quit }()
	return w
}

func openedLeft() int {
	w := openWhole() // want "GLK803 .*w is never closed"
	return w.n
}

// ---- what it holds is closed, and not the value itself

type outer struct {
	*inner
	stop chan struct{}
}

type inner struct {
	rows int
	open bool
}

func (i *inner) Close() { i.open = false }

func newOuter() *outer {
	o := &outer{inner: &inner{open: true}, stop: make(chan struct{})}
	go func() { <-o.stop }()
	return o
}

func (o *outer) Close() {
	close(o.stop)
	o.inner.Close()
}

func onlyInnerClosed() int {
	o := newOuter() // want "GLK803 .*o is never closed"
	defer o.inner.Close()
	return o.rows
}

// ---- an embedded field of which the closer ends nothing

type baseTable struct{ open *poller }

func newBaseTable() *baseTable { return &baseTable{open: newPoller()} }

type diskTable struct {
	*baseTable
	path string
}

func newDiskTable(path string) *diskTable {
	return &diskTable{baseTable: newBaseTable(), path: path} // want "GLK803 .*diskTable.baseTable is not closed by Shutdown"
}

func (t *diskTable) Shutdown() { t.path = "" }

func (t *baseTable) halt() { t.open.halt() }
