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
