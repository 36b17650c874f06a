package stuckwait

import (
	"log"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Done is deferred first.
func OkDeferredDone() {
	var wg sync.WaitGroup
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if refused() != nil {
				return
			}
			use(1)
		}()
	}
	wg.Wait()
}

// wg.Go adds, starts and counts down.
func OkGo() {
	var wg sync.WaitGroup
	for range addresses {
		wg.Go(func() {
			if refused() != nil {
				return
			}
			use(1)
		})
	}
	wg.Wait()
}

// All are added at once; the loop is over the same slice.
func OkAddLength() {
	var wg sync.WaitGroup
	wg.Add(len(addresses))
	for range addresses {
		go func() {
			defer wg.Done()
			use(1)
		}()
	}
	wg.Wait()
}

// The length is copied into a variable first.
func OkAddCopiedLength() {
	var wg sync.WaitGroup
	n := len(addresses)
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			defer wg.Done()
			use(i)
		}()
	}
	wg.Wait()
}

// A literal count, twice.
func OkAddLiteral() {
	var wg sync.WaitGroup
	wg.Add(16)
	for i := 0; i < 16; i++ {
		go func() {
			defer wg.Done()
			use(i)
		}()
	}
	wg.Wait()
}

// A constant, and both of two goroutines.
func OkAddTwo() {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		use(1)
	}()
	go func() {
		defer wg.Done()
		use(2)
	}()
	wg.Wait()
}

// The product of two lengths.
func OkAddProduct() {
	var wg sync.WaitGroup
	rows, columns := len(addresses), 2
	wg.Add(rows * columns)
	for i := 0; i < rows; i++ {
		for j := 0; j < columns; j++ {
			go func() {
				defer wg.Done()
				use(i, j)
			}()
		}
	}
	wg.Wait()
}

// Done on each of the paths.
func OkDoneOnEachPath() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		if refused() != nil {
			wg.Done()
			return
		}
		use(1)
		wg.Done()
	}()
	wg.Wait()
}

// Done within a deferred closure, with other things.
func OkDeferredClosure() {
	var wg sync.WaitGroup
	var failures atomic.Int32
	wg.Add(1)
	go func() {
		defer func() {
			if recover() != nil {
				failures.Add(1)
			}
			wg.Done()
		}()
		if refused() != nil {
			panic("refused")
		}
	}()
	wg.Wait()
}

// Waiting in a goroutine with a timeout, when each worker ends.
func OkWaitWithTimeout() {
	var wg sync.WaitGroup
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			use(slowly())
		}()
	}
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(time.Millisecond):
	}
}

// The skipped ones are not added.
func OkAddAfterContinue() {
	var wg sync.WaitGroup
	for _, address := range addresses {
		if address == "b" {
			continue
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			use(len(address))
		}()
	}
	wg.Wait()
}

// What was added for a start that failed is taken back.
func OkAddTakenBack() {
	var wg sync.WaitGroup
	wg.Add(1)
	if err := refused(); err != nil {
		wg.Done()
	} else {
		go func() {
			defer wg.Done()
			use(1)
		}()
	}
	wg.Wait()
}

// The WaitGroup is a parameter that may be nil.
func announce(wg *sync.WaitGroup) {
	if wg != nil {
		defer wg.Done()
	}
	use(1)
}

func OkOptionalWaitGroup() {
	announce(nil)
	var wg sync.WaitGroup
	wg.Add(1)
	go announce(&wg)
	wg.Wait()
}

// A function value that is Done.
func process(done func()) {
	defer done()
	use(1)
}

func OkDoneAsFunction() {
	var wg sync.WaitGroup
	wg.Add(1)
	go process(wg.Done)
	wg.Wait()
}

// Done is a closure in a field of another object.
type provider struct{ done func() }

func OkDoneInField() {
	var wg sync.WaitGroup
	wg.Add(1)
	p := &provider{}
	p.done = func() { wg.Done() }
	go func(p *provider) {
		defer p.done()
		use(1)
	}(p)
	wg.Wait()
}

// A pool: the channel of jobs is closed before Wait.
func OkPool() {
	jobs := make(chan string)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for job := range jobs {
				use(len(job))
			}
		}()
	}
	for _, address := range addresses {
		jobs <- address
	}
	close(jobs)
	wg.Wait()
}

// The results have room for all workers.
func OkBufferedResults() {
	results := make(chan int, len(addresses))
	var wg sync.WaitGroup
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			results <- quickly()
		}()
	}
	wg.Wait()
	close(results)
	for r := range results {
		use(r)
	}
}

// The results are read while a goroutine waits.
func OkCloserGoroutine() {
	results := make(chan int)
	var wg sync.WaitGroup
	for range addresses {
		wg.Add(1)
		go func() {
			defer wg.Done()
			results <- quickly()
		}()
	}
	go func() {
		wg.Wait()
		close(results)
	}()
	for r := range results {
		use(r)
	}
}

// A fatal error ends the process, Wait and all.
func OkExit() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		if err := accepted(); err != nil {
			log.Println(err)
			os.Exit(1)
		}
		wg.Done()
	}()
	wg.Wait()
}

// The lifetime of a server: the WaitGroup is a field, Add and Done are in methods, Wait in another.
type server struct {
	wg   sync.WaitGroup
	quit chan struct{}
}

func newServer() *server {
	s := &server{quit: make(chan struct{})}
	s.wg.Add(2)
	go s.loop()
	go s.loop()
	return s
}

func (s *server) loop() {
	defer s.wg.Done()
	<-s.quit
}

func (s *server) Close() {
	close(s.quit)
	s.wg.Wait()
}

func OkServer() {
	s := newServer()
	defer s.Close()
	if refused() != nil {
		return
	}
	use(1)
}

// Conditionally started, conditionally awaited, by one unchanged flag.
func OkEqualTests() {
	parallel := len(addresses) > 1
	var wg sync.WaitGroup
	if parallel {
		wg.Add(1)
		go func() {
			defer wg.Done()
			use(1)
		}()
	}
	if parallel {
		wg.Wait()
	}
}

// An endless loop of starts, until one says no.
func OkUnboundedSpawn() {
	var wg sync.WaitGroup
	for i := 0; ; i++ {
		if i == 5 {
			break
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			use(i)
		}()
	}
	wg.Wait()
}

// Rounds: the WaitGroup is used again when it is at zero.
func OkRounds() {
	var wg sync.WaitGroup
	for range 3 {
		for range addresses {
			wg.Add(1)
			go func() {
				defer wg.Done()
				use(1)
			}()
		}
		wg.Wait()
	}
}

// A helper adds and starts.
func spawn(wg *sync.WaitGroup, f func()) {
	wg.Add(1)
	go func() {
		defer wg.Done()
		f()
	}()
}

func OkHelper() {
	var wg sync.WaitGroup
	spawn(&wg, func() { use(1) })
	spawn(&wg, func() { use(2) })
	wg.Wait()
}

// A timer runs the last part on its own.
func OkAfterFunc() {
	var wg sync.WaitGroup
	wg.Add(1)
	time.AfterFunc(time.Millisecond, wg.Done)
	wg.Wait()
}

// The same with a closure.
func OkAfterFuncClosure() {
	var wg sync.WaitGroup
	wg.Add(1)
	time.AfterFunc(time.Millisecond, func() {
		defer wg.Done()
		use(1)
	})
	wg.Wait()
}

// sync.Once counts down once, whoever comes first.
func OkOnce() {
	var wg sync.WaitGroup
	var once sync.Once
	wg.Add(1)
	for range 2 {
		go once.Do(wg.Done)
	}
	wg.Wait()
}

// Each goroutine counts its rounds in a field, which is zero at first and does not stay so.
type roundClient struct{ progress int }

func OkCountedRounds() {
	clients := make([]roundClient, 3)
	var wg sync.WaitGroup
	wg.Add(len(clients))
	for i := range clients {
		go func(c *roundClient) {
			defer wg.Done()
			for c.progress < 100 {
				c.progress++
			}
		}(&clients[i])
	}
	wg.Wait()
}
