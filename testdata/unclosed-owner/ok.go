package owner

import (
	"context"
	"errors"
	"sync"

	"goleaklint.test/testdata/unclosed-owner/queue"
)

// ---- closed

func closedLate(n int) error {
	p := newPoller()
	defer p.halt()
	if n < 0 {
		return errors.New("negative")
	}
	p.tick(n)
	return nil
}

func closedByField(n int) {
	p := newPoller()
	p.tick(n)
	close(p.done)
}

func closedInLiteral(n int) error {
	p := newPoller()
	defer func() {
		p.tick(n)
		p.halt()
	}()
	if n < 0 {
		return errors.New("negative")
	}
	return nil
}

func closedByAnotherMethod() {
	other := begin(context.Background())
	other.rollback()
}

func queueClosed(size int) error {
	q, err := queue.Open(size)
	if err != nil {
		return err
	}
	defer q.Close()
	q.Add(func() {})
	return nil
}

func closedWhenItIs(size int) {
	q, _ := queue.Open(size)
	if q != nil {
		q.Close()
	}
}

// ---- handed on

type keeper struct {
	pollers []*poller
	one     *poller
}

func returned() *poller {
	p := newPoller()
	p.tick(1)
	return p
}

func (k *keeper) stored() {
	p := newPoller()
	k.pollers = append(k.pollers, p)
	k.one = newPoller()
}

func sent(to chan<- *poller) {
	p := newPoller()
	p.tick(1)
	to <- p
}

func passed(keep func(*poller)) {
	p := newPoller()
	keep(p)
}

func captured() func() {
	p := newPoller()
	return func() { p.halt() }
}

func asMethodValue() func() {
	p := newPoller()
	return p.halt
}

func inComposite() keeper {
	p := newPoller()
	return keeper{one: p}
}

func (p *poller) joinTo(k *keeper) { k.pollers = append(k.pollers, p) }

func toldByMethod(k *keeper) {
	p := newPoller()
	p.joinTo(k)
}

func partPassed(keep func(chan int)) {
	p := newPoller()
	keep(p.ticks)
}

type group struct {
	first *part
	size  int
}

type part struct{ done chan struct{} }

func newGroup() *group {
	g := &group{first: &part{done: make(chan struct{})}}
	go func() { <-g.first.done }()
	return g
}

func (p *part) settle() { close(p.done) }

func endedByItsPart() int {
	g := newGroup()
	g.first.settle()
	return g.size
}

// ---- the caller's context ends it

func givenContext(ctx context.Context) int {
	s := begin(ctx)
	return s.users
}

// ---- the goroutine ends by itself

type loader struct {
	done   chan struct{}
	loaded int
}

func newLoader(n int) *loader {
	l := &loader{done: make(chan struct{})}
	go l.load(n)
	return l
}

func (l *loader) load(n int) {
	for i := 0; i < n; i++ {
		select {
		case <-l.done:
			return
		default:
			l.loaded++
		}
	}
}

func (l *loader) quit() { close(l.done) }

func loaderLeft() int {
	l := newLoader(3)
	return l.loaded
}

type selfEnding struct {
	done chan struct{}
	in   chan int
	once sync.Once
}

func newSelfEnding() *selfEnding {
	s := &selfEnding{done: make(chan struct{}), in: make(chan int, 1)}
	go func() {
		for {
			select {
			case <-s.in:
				s.shut()
			case <-s.done:
				return
			}
		}
	}()
	return s
}

func (s *selfEnding) shut() { s.once.Do(func() { close(s.done) }) }

func selfEndingLeft() {
	s := newSelfEnding()
	s.in <- 0
}

// ---- others know of it

var registry = map[string]*poller{}

func newRegistered(name string) *poller {
	p := &poller{ticks: make(chan int, 1), done: make(chan struct{})}
	registry[name] = p
	go p.poll()
	return p
}

func closeAll() {
	for _, p := range registry {
		p.halt()
	}
}

func registered() {
	newRegistered("a")
	p := newRegistered("b")
	p.tick(1)
}

// ---- started only when asked for

func newLazy(start bool) *poller {
	p := &poller{ticks: make(chan int, 1), done: make(chan struct{})}
	if start {
		go p.poll()
	}
	return p
}

func lazyLeft() int {
	p := newLazy(false)
	return p.last
}

// ---- a constructor that cleans up

func newCareful(check func() error) (_ *poller, err error) {
	p := &poller{ticks: make(chan int, 1), done: make(chan struct{})}
	defer func() {
		if err != nil {
			p.halt()
		}
	}()
	go p.poll()
	if err := check(); err != nil {
		return nil, err
	}
	return p, nil
}

// ---- a channel that is given from outside

type borrower struct{ stop chan struct{} }

func newBorrower(stop chan struct{}) *borrower {
	b := &borrower{stop: stop}
	go func() { <-b.stop }()
	return b
}

func (b *borrower) close() { close(b.stop) }

func borrowed(stop chan struct{}) {
	newBorrower(stop)
}

// ---- what is received is work, after which the goroutine may end

type single struct{ in chan int }

func newSingle() *single {
	s := &single{in: make(chan int, 1)}
	go func() { <-s.in }()
	return s
}

func (s *single) put(n int) { s.in <- n }

func (s *single) close() { close(s.in) }

func onlyOne() {
	s := newSingle()
	s.put(1)
}

// ---- as long as the process

var shared = newPoller()

func init() {
	newPoller()
}

// ---- results in any place, interfaces, wrappers: closed or handed on

func storeClosed(n int) error {
	s := NewStore()
	s.Put(n)
	return s.Close()
}

func storeInterface() Store {
	s := NewStore()
	s.Put(1)
	return s
}

func pairClosed(n int) error {
	_, p, err := newPair(n)
	if err != nil {
		return err
	}
	defer p.halt()
	return nil
}

func cacheClosed() error {
	c, err := newCache()
	if err != nil {
		return err
	}
	defer func() { c.Close() }()
	return nil
}

func promotedClosed() {
	p := newPromoted()
	p.halt()
}

func partClosed() int {
	c, _ := newCache()
	c.poller.halt()
	return c.hits
}

func closedInGoroutine(ctx context.Context) {
	p := newPoller()
	go func() {
		<-ctx.Done()
		p.halt()
	}()
}

func afterContext(ctx context.Context) {
	p := newPoller()
	context.AfterFunc(ctx, p.halt)
}

func (k *keeper) inMap(all map[string]*poller) {
	p := newPoller()
	all["a"] = p
}

var global *poller

func inGlobal() {
	global = newPoller()
	p := newPoller()
	global = p
}

func assignedToOuter(run func(func())) {
	var p *poller
	run(func() { p = newPoller() })
	if p != nil {
		p.halt()
	}
}

func closedByHelper() {
	p := newPoller()
	end(p)
}

func end(p *poller) { p.halt() }

type closer interface{ halt() }

func closedByInterface() {
	p := newPoller()
	endAny(p)
}

func endAny(c closer) { c.halt() }

func inSlice(n int) {
	var all []*poller
	for range n {
		all = append(all, newPoller())
		p := newPoller()
		all = append(all, p)
	}
	for _, p := range all {
		p.halt()
	}
}

// ---- started by a method

func startedAndStopped() error {
	s := newServer("a")
	if err := s.Start(); err != nil {
		return err
	}
	defer s.Stop()
	return nil
}

func stoppedBefore() {
	s := newServer("a")
	defer s.Stop()
	s.Run()
}

func startedElsewhere(keep func(*server)) {
	s := newServer("a")
	keep(s)
	s.Run()
}

func notMadeHere(s *server) string {
	s.Run()
	return s.name
}

var servers = map[string]*server{}

func lookUp(name string) *server {
	s, ok := servers[name]
	if !ok {
		s = newServer(name)
		servers[name] = s
	}
	return s
}

func startedOfRegistry() {
	s := lookUp("a")
	s.Run()
}

func neverStarted() string {
	s := newServer("a")
	return s.name
}

// ---- a method that does not come back before its goroutine has ended

type batch struct {
	in chan int
	wg sync.WaitGroup
}

func newBatch() *batch { return &batch{in: make(chan int)} }

func (b *batch) Run(values []int) {
	b.wg.Add(1)
	go b.work()
	for _, v := range values {
		b.in <- v
	}
	close(b.in)
	b.wg.Wait()
}

func (b *batch) work() {
	defer b.wg.Done()
	for range b.in {
	}
}

func batched() {
	b := newBatch()
	b.Run([]int{1, 2})
}

// ---- the type closes all its fields, or lets others do it

type both struct {
	first, second *poller
	third         *poller
}

func newBoth() *both {
	b := &both{first: newPoller(), second: newPoller()}
	b.third = newPoller()
	return b
}

func (b *both) Close() {
	for _, p := range []*poller{b.first, b.second} {
		p.halt()
	}
	end(b.third)
}

// ---- nothing is started for one that is switched off

func newSwitched(off bool) *poller {
	p := &poller{ticks: make(chan int, 1), done: make(chan struct{})}
	if off {
		return p
	}
	go p.poll()
	return p
}

func switchedOff() int {
	p := newSwitched(true)
	return p.last
}

// ---- handed on in every round of a loop

func inRounds(names []string, keep func(string, *poller)) {
	p := newPoller()
	for _, name := range names {
		keep(name, p)
	}
}

func inCountedRounds(n int, keep func(int, *poller)) {
	p := newPoller()
	for i := 0; i < n; i++ {
		keep(i, p)
	}
}

// ---- a part that also waits for what its keeper ends

type site struct {
	ctx    context.Context
	cancel context.CancelFunc
	copier *copier
}

type copier struct {
	of   *site
	stop context.CancelFunc
	n    int
}

func newCopier(s *site) *copier {
	ctx, cancel := context.WithCancel(context.Background())
	c := &copier{of: s, stop: cancel}
	go c.run(ctx)
	return c
}

func (c *copier) halt() { c.stop() }

func (c *copier) run(ctx context.Context) {
	for {
		select {
		case <-c.of.ctx.Done():
			return
		case <-ctx.Done():
			return
		default:
			c.n++
		}
	}
}

func newSite() *site {
	s := &site{}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.copier = newCopier(s)
	return s
}

func (s *site) Shutdown() { s.cancel() }

// ---- closed by way of an embedded field that keeps it

type baseStore struct{ open *poller }

func newBaseStore() *baseStore { return &baseStore{open: newPoller()} }

type diskStore struct {
	*baseStore
	path string
}

func newDiskStore(path string) *diskStore {
	return &diskStore{baseStore: newBaseStore(), path: path}
}

func (s *diskStore) Shutdown() { s.open.halt() }
