package lockorder

import (
	"sync"
	"time"
)

type exchange struct {
	orders sync.Mutex
	prices sync.Mutex
	n      int
}

func (e *exchange) order() {
	e.orders.Lock()
	defer e.orders.Unlock()
	time.Sleep(10 * time.Millisecond)
	e.quote()
}

func (e *exchange) quote() {
	e.prices.Lock() // want "GLK405 lock-order: prices is locked while orders is held, and elsewhere orders while prices is"
	e.n++
	e.prices.Unlock()
}

func (e *exchange) reprice() {
	e.prices.Lock()
	defer e.prices.Unlock()
	time.Sleep(10 * time.Millisecond)
	e.orders.Lock()
	e.n--
	e.orders.Unlock()
}

// Two methods take two locks in opposite order.
func LeakOppositeOrder() {
	e := &exchange{}
	go e.order()
	go e.reprice()
}

var (
	namesMu sync.Mutex
	usersMu sync.RWMutex
	names   []string
)

func addName(name string) {
	namesMu.Lock()
	defer namesMu.Unlock()
	time.Sleep(10 * time.Millisecond)
	usersMu.RLock() // want "GLK405 .*usersMu is locked while namesMu is held"
	names = append(names, name)
	usersMu.RUnlock()
}

func addUser(name string) {
	usersMu.Lock()
	defer usersMu.Unlock()
	time.Sleep(10 * time.Millisecond)
	namesMu.Lock()
	names = append(names, name)
	namesMu.Unlock()
}

// Locks of the package.
func LeakPackageVariables() {
	go addName("a")
	go addUser("b")
}

type devices struct {
	sync.Mutex
	all map[string]*device
}

type device struct {
	mu    sync.Mutex
	state int
}

func (d *devices) remove(name string) {
	d.Lock()
	defer d.Unlock()
	one := d.all[name]
	one.mu.Lock()
	defer one.mu.Unlock()
	d.settle()
}

// The lock of the caller is let go for a while and taken again, under one that was taken after it.
func (d *devices) settle() {
	d.Unlock()
	time.Sleep(10 * time.Millisecond)
	d.Lock() // want "GLK405 .*d is locked while mu is held"
}

func LeakRetaken() {
	d := &devices{all: map[string]*device{"a": {}}}
	go d.remove("a")
	go d.remove("a")
}
