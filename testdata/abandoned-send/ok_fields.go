package abandonedsend

import "iter"

// An accessor hands the field out in one direction: whoever has the object may receive.
type reporter struct{ results chan int }

func newReporter() *reporter { return &reporter{results: make(chan int)} }

func (r *reporter) Results() chan<- int { return r.results }

func (r *reporter) sum(n int) int {
	total := 0
	for range n {
		total += <-r.results
	}
	return total
}

func OkAccessor() {
	r := newReporter()
	out := r.Results()
	for range addresses {
		go func() { out <- 1 }()
	}
	use(r.sum(len(addresses)))
}

// An iterator is pulled, and stopped.
func OkPull() {
	seq := func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
	next, stop := iter.Pull(iter.Seq[int](seq))
	defer stop()
	out := make(chan int)
	go func() {
		defer close(out)
		for range 3 {
			v, ok := next()
			if !ok {
				return
			}
			out <- v
		}
	}()
	for v := range out {
		use(v)
	}
}

// One channel for one direction, given to two fields.
type duplex struct {
	in  <-chan int
	out chan<- int
}

// Two channels, each of which is in for one side and out for the other.
func OkDuplex() {
	a, b := make(chan int), make(chan int)
	left, right := duplex{in: a, out: b}, duplex{in: b, out: a}
	go func() {
		left.out <- 1
		use(<-left.in)
	}()
	use(<-right.in)
	right.out <- 2
}

// Two goroutines give each other a value, in one order.
func OkExchange() {
	a, b := make(chan int), make(chan int)
	go func() {
		a <- 1
		use(<-b)
	}()
	use(<-a)
	b <- 2
}
