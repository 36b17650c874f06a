package doublelock

import "sync"

// A callback that is called under the lock takes it.
type shelf struct {
	mu    sync.Mutex
	books map[string]int
}

func (s *shelf) each(visit func(name string, n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, n := range s.books {
		visit(name, n)
	}
}

func (s *shelf) count() int {
	s.mu.Lock() // want "GLK402 .*mu is locked again while the same goroutine holds it"
	defer s.mu.Unlock()
	return len(s.books)
}

func (s *shelf) share() (all int) {
	s.each(func(_ string, n int) {
		all += n / s.count()
	})
	return all
}

func LeakCallback() {
	s := &shelf{books: map[string]int{"a": 1}}
	s.share()
}

// It is handed on once more, and is a method value.
type list struct {
	mu    sync.Mutex
	items []int
	last  int
}

func (l *list) visitAll(visit func(int)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.visitLocked(visit)
}

func (l *list) visitLocked(visit func(int)) {
	for _, item := range l.items {
		visit(item)
	}
}

func (l *list) remember(n int) {
	l.mu.Lock() // want "GLK402 .*mu is locked again while the same goroutine holds it"
	l.last = n
	l.mu.Unlock()
}

func (l *list) rememberAll() {
	l.visitAll(l.remember)
}

func LeakMethodValue() {
	l := &list{items: []int{1}}
	l.rememberAll()
}

// A field that holds one function.
type dial struct {
	mu       sync.Mutex
	onChange func(int)
	level    int
}

func newDial() *dial {
	s := &dial{}
	s.onChange = s.log
	return s
}

func (s *dial) log(int) {
	s.mu.Lock() // want "GLK402 .*mu is locked again while the same goroutine holds it"
	defer s.mu.Unlock()
}

func (s *dial) set(level int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.level = level
	s.onChange(level)
}

func LeakField() {
	newDial().set(1)
}

type lookup struct {
	mu   sync.RWMutex
	data map[string]int
}

func (c *lookup) get(key string) (int, bool) {
	c.mu.RLock() // want "GLK402 .*mu is read-locked while the same goroutine holds it"
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
	r.mu.Lock() // want "GLK402 .*mu is locked again"
	defer r.mu.Unlock()
	delete(r.items, name)
}

// The function that is called under the lock takes it for itself.
func LeakCallbackReads() {
	c := &lookup{data: map[string]int{}}
	c.getOrSet("a", func() int {
		v, _ := c.get("b")
		return v
	})
}

// The loop runs under the lock, and its body takes it.
func LeakIterateAndRemove() {
	r := &catalog{items: map[string]func(){"a": func() {}}}
	r.each(func(name string) { r.remove(name) })
}
