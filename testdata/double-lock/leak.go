package doublelock

import (
	"errors"
	"fmt"
	"sync"
)

var errEmpty = errors.New("empty")

type account struct {
	mu  sync.Mutex
	sum int
}

func (a *account) total() int {
	a.mu.Lock() // want "GLK402 double-lock: mu is locked again while the same goroutine holds it"
	defer a.mu.Unlock()
	return a.sum
}

func (a *account) pay(n int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.total() >= n
}

// A method that locks calls another one that locks.
func LeakMethodCallsMethod() {
	a := &account{}
	a.pay(1)
}

type queue struct {
	mu    sync.Mutex
	items []int
}

func (q *queue) drain(rounds int) {
	for range rounds {
		q.mu.Lock() // want "GLK402 .*mu is locked again"
		if len(q.items) == 0 {
			continue
		}
		q.items = q.items[1:]
		q.mu.Unlock()
	}
}

// continue goes into the next round with the lock held.
func LeakContinue() {
	q := &queue{}
	q.drain(2)
}

type table struct {
	sync.RWMutex
	rows map[string]int
}

func (t *table) size() int {
	t.RLock() // want "GLK402 .*t is read-locked while the same goroutine holds it"
	defer t.RUnlock()
	return len(t.rows)
}

func (t *table) clear() error {
	t.Lock()
	defer t.Unlock()
	if size(t) == 0 {
		return errEmpty
	}
	t.rows = nil
	return nil
}

func size(of *table) int {
	return of.size()
}

// The lock is embedded, and the call goes through a function that is given the object.
func LeakThroughParameter() {
	t := &table{}
	_ = t.clear()
}

func (t *table) upgrade(key string) {
	t.RLock()
	defer t.RUnlock()
	if _, ok := t.rows[key]; !ok {
		t.Lock() // want "GLK402 .*t is locked while the same goroutine holds its read lock"
		t.rows = map[string]int{key: 1}
		t.Unlock()
	}
}

// Upgrading a read lock waits for oneself.
func LeakUpgrade() {
	t := &table{}
	t.upgrade("a")
}

type service struct {
	state *account
	name  string
}

func (s *service) String() string {
	s.state.mu.Lock() // want "GLK402 .*mu is locked again"
	defer s.state.mu.Unlock()
	return fmt.Sprint(s.name, s.state.sum)
}

func (s *service) log() {
	s.state.mu.Lock()
	fmt.Printf("state: %s\n", s)
	s.state.mu.Unlock()
}

// Package fmt calls the String method of what it prints.
func LeakStringer() {
	s := &service{state: &account{}}
	s.log()
}

type saver interface {
	save()
}

type disk struct {
	mu sync.Mutex
}

func (d *disk) save() {
	d.mu.Lock() // want "GLK402 .*mu is locked again"
	defer d.mu.Unlock()
}

func saveAll(s saver) {
	s.save()
}

func (d *disk) sync() {
	d.mu.Lock()
	defer d.mu.Unlock()
	func() {
		saveAll(d)
	}()
}

// The only type of the package that implements the interface.
func LeakInterface() {
	d := &disk{}
	d.sync()
}

var (
	configMu sync.Mutex
	config   map[string]string
)

func lookUp(key string) string {
	configMu.Lock() // want "GLK402 .*configMu is locked again"
	defer configMu.Unlock()
	return config[key]
}

func setDefault(key, value string) {
	configMu.Lock()
	defer func() { configMu.Unlock() }()
	if lookUp(key) == "" {
		config = map[string]string{key: value}
	}
}

// A lock of the package.
func LeakPackageVariable() {
	setDefault("a", "b")
}

type gauge struct {
	mu   sync.RWMutex
	cond *sync.Cond
	n    int
}

func newGauge() *gauge {
	g := &gauge{}
	g.cond = sync.NewCond(&g.mu)
	return g
}

func (g *gauge) value() int {
	g.mu.RLock() // want "GLK402 .*mu is read-locked while"
	defer g.mu.RUnlock()
	return g.n
}

func (g *gauge) wait() {
	g.cond.L.Lock()
	defer g.cond.L.Unlock()
	for g.value() == 0 {
		g.cond.Wait()
	}
}

// The lock of a Cond is the mutex that it was made with.
func LeakCond() {
	g := newGauge()
	g.wait()
}

type index struct {
	mu     sync.Mutex
	shared bool
	keys   map[string]int
}

func (x *index) add(key string) {
	if x.shared {
		x.mu.Lock() // low "GLK402"
		defer x.mu.Unlock()
	}
	x.keys[key]++
}

// Whether the callee locks depends on a field, which may be set just when its caller does not lock.
func (x *index) addAll(keys []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, key := range keys {
		x.add(key)
	}
}

// ---- a Once

type lazy struct {
	once sync.Once
	size int
}

func (l *lazy) get() int {
	l.once.Do(l.load) // want "GLK402 .*once.Do is called by the function that it runs, and waits for it"
	return l.size
}

func (l *lazy) load() {
	if l.size == 0 {
		l.size = l.get() + 1
	}
}

// What is loaded asks for what is loaded.
func LeakOnceInItself() {
	l := &lazy{}
	l.get()
}

var setUp sync.Once

// In place.
func LeakOnceInPlace() {
	setUp.Do(func() {
		setUp.Do(func() {}) // want "GLK402 .*setUp.Do is called by the function that it runs"
	})
}
