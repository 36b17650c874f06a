package wrongunlock

import (
	"sync"
	"time"
)

type table struct {
	mu   sync.RWMutex
	rows map[string]int
}

func (t *table) get(key string) int {
	t.mu.RLock()
	time.Sleep(20 * time.Millisecond)
	defer t.mu.Unlock() // want "GLK407 wrong-unlock: mu is read-locked, but Unlock gives it back"
	return t.rows[key]
}

func (t *table) set(key string, value int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[key] = value
}

// The writer waits for a reader that is gone.
func LeakWriterWaits() {
	t := &table{rows: map[string]int{}}
	go func() {
		time.Sleep(5 * time.Millisecond)
		t.set("a", 1)
	}()
	t.get("a")
}

type embedding struct {
	sync.RWMutex
	size int
}

func (e *embedding) read(long bool) int {
	e.RLock()
	if long {
		time.Sleep(20 * time.Millisecond)
		size := e.size
		e.Unlock() // want "GLK407 wrong-unlock: e is read-locked"
		return size
	}
	defer e.RUnlock()
	return e.size
}

// One way out is right, and the other is not.
func LeakOneWay() {
	e := &embedding{}
	go func() {
		time.Sleep(5 * time.Millisecond)
		e.Lock()
		e.size++
		e.Unlock()
	}()
	e.read(true)
}

var global sync.RWMutex

// This ends the process, so nobody runs it.
func writeThenReadUnlock() {
	global.Lock()
	defer global.RUnlock() // want "GLK407 wrong-unlock: global is locked, but RUnlock gives it back"
}
