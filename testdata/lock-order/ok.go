package lockorder

import "sync"

type market struct {
	gate   sync.Mutex
	orders sync.RWMutex
	prices sync.RWMutex
	n      int
}

// One order everywhere.
func (m *market) order() {
	m.orders.Lock()
	defer m.orders.Unlock()
	m.prices.Lock()
	m.n++
	m.prices.Unlock()
}

// The first lock is let go before the other one is taken.
func (m *market) reprice() {
	m.prices.Lock()
	m.n--
	m.prices.Unlock()
	m.orders.Lock()
	m.n++
	m.orders.Unlock()
}

func OkOneOrder() {
	m := &market{}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		m.order()
	}()
	go func() {
		defer wg.Done()
		m.reprice()
	}()
	wg.Wait()
}

type desk struct {
	gate sync.Mutex
	a, b sync.Mutex
	n    int
}

// A third lock lets only one of them in.
func (d *desk) up() {
	d.gate.Lock()
	defer d.gate.Unlock()
	d.a.Lock()
	d.b.Lock()
	d.n++
	d.b.Unlock()
	d.a.Unlock()
}

func (d *desk) down() {
	d.gate.Lock()
	defer d.gate.Unlock()
	d.b.Lock()
	d.a.Lock()
	d.n--
	d.a.Unlock()
	d.b.Unlock()
}

func OkGate() {
	d := &desk{}
	d.up()
	d.down()
}

type views struct {
	a, b sync.RWMutex
	n    int
}

// Readers do not wait for readers.
func (v *views) first() int {
	v.a.RLock()
	defer v.a.RUnlock()
	v.b.RLock()
	defer v.b.RUnlock()
	return v.n
}

func (v *views) second() int {
	v.b.RLock()
	defer v.b.RUnlock()
	v.a.RLock()
	defer v.a.RUnlock()
	return v.n
}

func OkReaders() {
	v := &views{}
	v.first()
	v.second()
}

type link struct {
	in        sync.Mutex
	handshake sync.Mutex
	old       bool
	done      bool
}

func (l *link) connect() {
	l.handshake.Lock()
	defer l.handshake.Unlock()
	if l.done {
		return
	}
	l.in.Lock()
	defer l.in.Unlock()
	l.done = true
}

// What the callee locks depends on a state in which nobody holds the other lock.
func (l *link) read() {
	l.in.Lock()
	defer l.in.Unlock()
	l.after()
}

func (l *link) after() {
	if !l.old {
		return
	}
	l.handshake.Lock()
	defer l.handshake.Unlock()
	l.done = true
}

func OkState() {
	l := &link{}
	l.connect()
	l.read()
}
