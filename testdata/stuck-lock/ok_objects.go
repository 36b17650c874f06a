package stucklock

import (
	"log"
	"log/slog"
	"os"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Read under the read lock, released before the write lock.
func OkCache() {
	c := &lookup{data: map[string]int{}}
	use(c.getOrSet("a", quickly))
}

// What is to be removed is noted under the lock, and removed after it.
func OkIterateThenRemove() {
	r := &catalog{items: map[string]func(){"a": func() {}}}
	var names []string
	r.each(func(name string) { names = append(names, name) })
	for _, name := range names {
		r.remove(name)
	}
}

// A helper that runs a function under the lock, twice.
func OkWithLock() {
	r := &catalog{items: map[string]func(){}}
	r.withLock(func() { r.items["a"] = nil })
	r.withLock(func() { delete(r.items, "a") })
}

// Each case unlocks.
func OkUnlockInSwitch() {
	var mu sync.Mutex
	for i := range 3 {
		mu.Lock()
		switch i {
		case 0:
			mu.Unlock()
		default:
			use(i)
			mu.Unlock()
		}
	}
}

// Unlocked by hand before each return.
func OkUnlockBeforeReturn() {
	var mu sync.Mutex
	f := func() (int, error) {
		mu.Lock()
		if err := refused(); err != nil {
			mu.Unlock()
			return 0, err
		}
		v := quickly()
		mu.Unlock()
		return v, nil
	}
	f()
	f()
}

// Locked and unlocked under one unchanged error.
func OkErrTwice() {
	var mu sync.Mutex
	err := refused()
	if err == nil {
		mu.Lock()
	}
	use(1)
	if err == nil {
		mu.Unlock()
	}
	mu.Lock()
	mu.Unlock()
}

// Many locks, taken in the order of their names.
func OkSortedLocks() {
	locks := map[string]*sync.Mutex{"a": {}, "b": {}}
	names := []string{"b", "a"}
	sort.Strings(names)
	for _, n := range names {
		locks[n].Lock()
	}
	for _, n := range names {
		locks[n].Unlock()
	}
}

type shard struct {
	mu sync.Mutex
	n  int
}

// The locks of an array, all taken and all released.
func OkShards() {
	shards := [4]shard{}
	for i := range shards {
		shards[i].mu.Lock()
	}
	for i := range shards {
		shards[i].mu.Unlock()
	}
}

// The locks of a slice, released in the end.
func OkShardPointers() {
	shards := []*shard{{}, {}}
	for _, s := range shards {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
}

type tree struct {
	mu     sync.Mutex
	parent *tree
	size   int
}

func (t *tree) grow() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.size++
	if t.parent != nil {
		t.parent.grow()
	}
}

// The parent is locked under the lock of the child: same type, other instance.
func OkTree() {
	root := &tree{}
	leaf := &tree{parent: &tree{parent: root}}
	leaf.grow()
}

type elem struct {
	mu   sync.Mutex
	next *elem
}

// Hand over hand along a list.
func OkHandOverHand() {
	head := &elem{next: &elem{next: &elem{}}}
	cur := head
	cur.mu.Lock()
	for cur.next != nil {
		next := cur.next
		next.mu.Lock()
		cur.mu.Unlock()
		cur = next
	}
	cur.mu.Unlock()
}

// No lock at all.
func OkAtomicState() {
	var state atomic.Int32
	var wg sync.WaitGroup
	wg.Go(func() { state.Store(1) })
	wg.Wait()
	use(int(state.Load()))
}

// The lock is released for a while in each turn.
func OkPoll() {
	var mu sync.Mutex
	ready := false
	go func() {
		mu.Lock()
		ready = true
		mu.Unlock()
	}()
	mu.Lock()
	for !ready {
		mu.Unlock()
		time.Sleep(time.Millisecond)
		mu.Lock()
	}
	mu.Unlock()
}

// The process ends under the lock.
func OkFatalUnderLock() {
	var mu sync.Mutex
	mu.Lock()
	if accepted() != nil {
		slog.Error("x")
		os.Exit(1)
	}
	mu.Unlock()
	mu.Lock()
	defer mu.Unlock()
	if accepted() != nil {
		log.Panicf("x")
	}
}

type flight struct {
	mu    sync.Mutex
	calls map[string]*call
}

type call struct {
	done chan struct{}
	val  int
}

func (f *flight) do(key string, fn func() int) int {
	f.mu.Lock()
	if c, ok := f.calls[key]; ok {
		f.mu.Unlock()
		<-c.done
		return c.val
	}
	c := &call{done: make(chan struct{})}
	f.calls[key] = c
	f.mu.Unlock()
	c.val = fn()
	close(c.done)
	f.mu.Lock()
	delete(f.calls, key)
	f.mu.Unlock()
	return c.val
}

// Callers of one key wait for the first of them, without the lock.
func OkFlight() {
	f := &flight{calls: map[string]*call{}}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { use(f.do("a", quickly)) })
	}
	wg.Wait()
}

type lookup struct {
	mu   sync.RWMutex
	data map[string]int
}

func (c *lookup) get(key string) (int, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v, ok := c.data[key]
	return v, ok
}

func (c *lookup) getOrSet(key string, f func() int) int {
	if v, ok := c.get(key); ok {
		return v
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v := f()
	c.data[key] = v
	return v
}

type catalog struct {
	mu    sync.Mutex
	items map[string]func()
}

func (r *catalog) each(f func(string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name := range r.items {
		f(name)
	}
}

func (r *catalog) remove(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.items, name)
}

func (r *catalog) withLock(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}
