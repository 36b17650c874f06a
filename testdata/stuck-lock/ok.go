package stucklock

import (
	"log"
	"sync"
	"sync/atomic"
	"time"
)

// The unlock is deferred.
func OkDeferred() {
	var mu sync.Mutex
	update := func() error {
		mu.Lock()
		defer mu.Unlock()
		return refused()
	}
	_ = update()
	_ = update()
}

// Unlocked on each path.
func OkEachPath() {
	var mu sync.Mutex
	for range addresses {
		mu.Lock()
		if refused() != nil {
			mu.Unlock()
			continue
		}
		mu.Unlock()
	}
	mu.Lock()
	mu.Unlock()
}

// The unlock is in a deferred closure.
func OkDeferredClosure() {
	var mu sync.Mutex
	for range 2 {
		func() {
			mu.Lock()
			defer func() {
				use(1)
				mu.Unlock()
			}()
			if refused() != nil {
				return
			}
		}()
	}
}

// Each turn of the loop has its own function.
func OkFunctionPerTurn() {
	var mu sync.Mutex
	total := 0
	for _, address := range addresses {
		func() {
			mu.Lock()
			defer mu.Unlock()
			total += len(address)
		}()
	}
	use(total)
}

// A lock for those who ask for it, by a parameter that does not change.
func (s *set) add(name string, doLock bool) {
	if doLock {
		s.mu.Lock()
	}
	s.names = append(s.names, name)
	if doLock {
		s.mu.Unlock()
	}
}

type set struct {
	mu    sync.Mutex
	names []string
}

func (s *set) addAll(names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		s.add(name, false)
	}
}

func OkConditionalLock() {
	s := &set{}
	s.add("a", true)
	s.addAll(addresses)
	s.add("b", true)
}

// The unlock is deferred where the lock was taken.
func OkConditionalDefer() {
	var mu sync.Mutex
	visit := func(locked bool) {
		if !locked {
			mu.Lock()
			defer mu.Unlock()
		}
		use(1)
	}
	visit(false)
	mu.Lock()
	visit(true)
	mu.Unlock()
	visit(false)
}

// The callee is entered with the lock held, releases it for a while, and takes it again.
func (j *journal) flushLocked() {
	j.mu.Unlock()
	use(quickly())
	j.mu.Lock()
}

type journal struct{ mu sync.Mutex }

func OkUnlockAndRelock() {
	j := &journal{}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.flushLocked()
	j.flushLocked()
}

// The lock is handed over: one method returns with it, another one releases it.
type store struct{ mu sync.Mutex }

func (s *store) begin() *store {
	s.mu.Lock()
	return s
}

func (s *store) commit() { s.mu.Unlock() }

func (s *store) rollback() { s.mu.Unlock() }

func OkHandOver() {
	s := &store{}
	for range 2 {
		tx := s.begin()
		if refused() != nil {
			tx.rollback()
			continue
		}
		tx.commit()
	}
}

// The unlock function is what the lock function returns.
func (s *store) lock() func() {
	s.mu.Lock()
	return s.mu.Unlock
}

func OkReturnedUnlock() {
	s := &store{}
	func() {
		defer s.lock()()
		use(1)
	}()
	unlock := s.lock()
	unlock()
}

// Parent and child have a lock each: same type, other instance.
type node struct {
	mu       sync.Mutex
	children []*node
}

func (n *node) walk() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, child := range n.children {
		child.walk()
	}
}

func OkParentAndChild() {
	leaf := &node{}
	root := &node{children: []*node{leaf, {}}}
	root.walk()
	leaf.walk()
}

// Source and destination, always in one order.
type account struct {
	mu      sync.Mutex
	balance int
}

func transfer(from, to *account, amount int) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock()
	defer to.mu.Unlock()
	from.balance -= amount
	to.balance += amount
}

func OkTransfer() {
	a, b := &account{balance: 3}, &account{}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { transfer(a, b, 1) })
	}
	wg.Wait()
}

// Two orders under a gate that only one can pass.
func OkGate() {
	var gate, left, right sync.Mutex
	var wg sync.WaitGroup
	wg.Go(func() {
		gate.Lock()
		defer gate.Unlock()
		left.Lock()
		right.Lock()
		right.Unlock()
		left.Unlock()
	})
	wg.Go(func() {
		gate.Lock()
		defer gate.Unlock()
		right.Lock()
		left.Lock()
		left.Unlock()
		right.Unlock()
	})
	wg.Wait()
}

// Locked by a flag, and unlocked by the same flag.
func OkFlag() {
	var mu sync.Mutex
	held := false
	for range addresses {
		if held {
			mu.Unlock()
			held = false
		} else {
			mu.Lock()
			held = true
		}
	}
	if held {
		mu.Unlock()
	}
}

// TryLock never waits.
func OkTryLock() {
	var mu sync.Mutex
	mu.Lock()
	if mu.TryLock() {
		mu.Unlock()
	}
	mu.Unlock()
}

// Readers beside each other.
func OkReaders() {
	var mu sync.RWMutex
	var wg sync.WaitGroup
	for range addresses {
		wg.Go(func() {
			mu.RLock()
			defer mu.RUnlock()
			use(1)
		})
	}
	mu.Lock()
	use(2)
	mu.Unlock()
	wg.Wait()
}

// Reading, then writing: released in between.
func OkDoubleChecked() {
	var mu sync.RWMutex
	cache := map[string]int{}
	get := func(key string) int {
		mu.RLock()
		v, found := cache[key]
		mu.RUnlock()
		if found {
			return v
		}
		mu.Lock()
		defer mu.Unlock()
		if v, found := cache[key]; found {
			return v
		}
		cache[key] = quickly()
		return cache[key]
	}
	use(get("a"), get("a"))
}

// The lock is released before the wait for those who need it.
func OkReleasedBeforeWait() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	mu.Lock()
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			use(1)
		}()
	}
	mu.Unlock()
	wg.Wait()
}

// Sending with the lock held: there is room.
func OkSendWithRoom() {
	var mu sync.Mutex
	events := make(chan int, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		use(<-events)
		mu.Lock()
		defer mu.Unlock()
	}()
	mu.Lock()
	events <- 1
	mu.Unlock()
	<-done
}

// Sending with the lock held gives up where nobody is ready.
func OkSendOrDrop() {
	var mu sync.Mutex
	events := make(chan int)
	stop := make(chan struct{})
	go func() {
		for {
			mu.Lock()
			use(1)
			mu.Unlock()
			select {
			case e := <-events:
				use(e)
			case <-stop:
				return
			}
		}
	}()
	mu.Lock()
	select {
	case events <- 1:
	default:
	}
	mu.Unlock()
	close(stop)
}

// A panic or a fatal error with the lock held ends the process.
func OkFatal() {
	var mu sync.Mutex
	for range 2 {
		mu.Lock()
		if err := accepted(); err != nil {
			log.Fatal(err)
		}
		mu.Unlock()
	}
}

// A panic that is recovered: the deferred unlock runs.
func OkRecovered() {
	var mu sync.Mutex
	try := func() {
		defer func() { _ = recover() }()
		mu.Lock()
		defer mu.Unlock()
		if refused() != nil {
			panic("refused")
		}
	}
	try()
	try()
}

// The lock is a field of an object that others hold.
type cache struct {
	mu      sync.Mutex
	entries map[string]int
}

var caches = map[string]*cache{"a": {entries: map[string]int{}}}

func OkObjectOfOthers() {
	c := caches["a"]
	c.mu.Lock()
	c.entries["x"] = 1
	c.mu.Unlock()
	caches["a"].mu.Lock()
	defer caches["a"].mu.Unlock()
}

// The other goroutine unlocks: a lock used as a signal.
func OkUnlockedByAnother() {
	var mu sync.Mutex
	mu.Lock()
	go func() {
		use(slowly())
		mu.Unlock()
	}()
	mu.Lock()
	mu.Unlock()
}

// Once: the second call does not lock again.
func OkOnce() {
	var mu sync.Mutex
	var once sync.Once
	setUp := func() {
		once.Do(func() {
			mu.Lock()
			defer mu.Unlock()
			use(1)
		})
	}
	setUp()
	mu.Lock()
	setUp()
	mu.Unlock()
}

// goto comes to the unlock.
func OkGotoUnlock() {
	var mu sync.Mutex
	mu.Lock()
	if refused() != nil {
		goto unlock
	}
	use(1)
unlock:
	mu.Unlock()
	mu.Lock()
	mu.Unlock()
}

// The timer's function locks for itself, later.
func OkAfterFunc() {
	var mu sync.Mutex
	var fired atomic.Bool
	mu.Lock()
	time.AfterFunc(time.Millisecond, func() {
		mu.Lock()
		defer mu.Unlock()
		fired.Store(true)
	})
	mu.Unlock()
	for !fired.Load() {
		time.Sleep(time.Millisecond)
	}
}

// Locked once in a loop, by a flag.
func OkLockedOnceInLoop() {
	var mu sync.Mutex
	held := false
	for range addresses {
		if !held {
			mu.Lock()
			defer mu.Unlock()
			held = true
		}
		use(1)
	}
}

// goto leaves the inner loop for the end of the outer one; the lock is released by defer.
func OkGotoOutOfLoops() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := []int{1}
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			for _, n := range []int{1, 2} {
				for _, m := range seen {
					if n == m {
						goto skip
					}
				}
				seen = append(seen, n)
			skip:
			}
		}()
	}
	wg.Wait()
}
