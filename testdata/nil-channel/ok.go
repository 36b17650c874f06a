package nilchannel

import (
	"context"
	"log"
	"os"
	"sync"
	"time"
)

// Made before use.
func OkMade() {
	var results chan int
	results = make(chan int, 1)
	results <- 1
	use(<-results)
}

// Made in one case, used in the same.
func OkMadeUnderCondition() {
	verbose := accepted() == nil
	var progress chan int
	if verbose {
		progress = make(chan int, 1)
	}
	if verbose {
		progress <- 1
	}
}

// A nil channel never wins its select: an optional timeout.
func OkOptionalTimeout() {
	var timeout <-chan time.Time
	if refused() == nil {
		timeout = time.After(time.Second)
	}
	values := make(chan int, 1)
	values <- 1
	select {
	case v := <-values:
		use(v)
	case <-timeout:
	}
}

// Never set at all, beside a case that comes.
func OkDisabledForGood() {
	var never chan struct{}
	select {
	case <-never:
	case <-time.After(time.Millisecond):
	}
	select {
	case never <- struct{}{}:
	default:
	}
}

// The timer that has a channel.
func OkNewTimer() {
	timer := time.NewTimer(time.Hour)
	if !timer.Stop() {
		<-timer.C
	}
}

// A timer in a variable is a nil timer's channel no longer.
func OkLateTimer() {
	var timer *time.Timer
	var fired <-chan time.Time
	if accepted() == nil {
		timer = time.NewTimer(time.Millisecond)
		fired = timer.C
		defer timer.Stop()
	} else {
		fired = time.After(time.Millisecond)
	}
	<-fired
}

// The background is no more than the parent.
func OkDerived() {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-ctx.Done()
	}()
	cancel()
}

// The context of unknown origin may be the background, or not.
func waitEither(ctx context.Context) { <-ctx.Done() }

func OkUnknownContext() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	waitEither(ctx)
}

// The context is replaced by one that ends.
func OkReplaced() {
	ctx := context.Background()
	ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	<-ctx.Done()
}

// Assigned by a closure, before it is used.
func OkAssignedByClosure() {
	var ready chan struct{}
	var once sync.Once
	once.Do(func() {
		ready = make(chan struct{}, 1)
		ready <- struct{}{}
	})
	<-ready
}

// Assigned through its address.
func OkAddress() {
	var values chan int
	fill(&values)
	use(<-values)
}

func fill(values *chan int) {
	*values = make(chan int, 1)
	*values <- 1
}

// The field is set by another method.
type lazy struct{ quit chan struct{} }

func (l *lazy) start() { l.quit = make(chan struct{}) }

func (l *lazy) run() { <-l.quit }

func (l *lazy) stop() { close(l.quit) }

func OkFieldSetLater() {
	l := &lazy{}
	l.start()
	go l.run()
	l.stop()
}

// The field is set by a constructor.
func newLazy() *lazy { return &lazy{quit: make(chan struct{})} }

func OkConstructor() {
	l := newLazy()
	go l.run()
	l.stop()
}

// A channel of a package is set by whoever needs it.
var updates chan int

func setUpdates() { updates = make(chan int, 1) }

func OkPackageVariable() {
	setUpdates()
	updates <- 1
	use(<-updates)
}

// The result has a name, and gets a value.
func named() (values chan int) {
	values = make(chan int, 1)
	values <- 1
	return
}

func OkNamedResult() { use(<-named()) }

// A process that ends does not wait.
func OkFatal() {
	var never chan struct{}
	if err := accepted(); err != nil {
		log.Println(err)
		os.Exit(1)
		<-never
	}
}

// An optional notification: nobody calls it with nil.
func finish(done chan<- struct{}) {
	if done == nil {
		return
	}
	done <- struct{}{}
}

func OkNilArgument() {
	finish(nil)
	done := make(chan struct{}, 1)
	finish(done)
}

// Assigned by a labelled loop, or the process panics.
func OkLabelledLoop() {
	var found chan int
search:
	for i := range 3 {
		for j := range 3 {
			if i*j == 2 {
				found = make(chan int, 1)
				break search
			}
		}
	}
	if found == nil {
		panic("not found")
	}
	found <- 1
}

// Inputs are set to nil when they are through.
func OkMerge() {
	left, right := make(chan int), make(chan int)
	go func() {
		defer close(left)
		left <- 1
	}()
	go func() {
		defer close(right)
		right <- 2
	}()
	for left != nil || right != nil {
		select {
		case v, more := <-left:
			if !more {
				left = nil
				continue
			}
			use(v)
		case v, more := <-right:
			if !more {
				right = nil
				continue
			}
			use(v)
		}
	}
}

// The output is nil until there is something to put out.
func OkQueue() {
	in, out := make(chan int), make(chan int)
	go func() {
		defer close(out)
		var pending []int
		for in != nil || len(pending) > 0 {
			var send chan int
			var head int
			if len(pending) > 0 {
				send, head = out, pending[0]
			}
			select {
			case v, more := <-in:
				if !more {
					in = nil
					continue
				}
				pending = append(pending, v)
			case send <- head:
				pending = pending[1:]
			}
		}
	}()
	go func(in chan<- int) {
		defer close(in)
		for i := range 3 {
			in <- i
		}
	}(in)
	for v := range out {
		use(v)
	}
}

// The channels of a slice are made one by one.
func OkSlice() {
	channels := make([]chan int, 3)
	for i := range channels {
		channels[i] = make(chan int, 1)
	}
	for i, c := range channels {
		c <- i
	}
}

// Used only where it is not nil.
func OkNilTest() {
	var done chan struct{}
	if refused() == nil {
		done = make(chan struct{})
		close(done)
	}
	if done != nil {
		<-done
	}
}
