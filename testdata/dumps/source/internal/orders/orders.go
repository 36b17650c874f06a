// Package orders leaves goroutines behind at channels.
package orders

import (
	"errors"
	"time"
)

// Order is what is sold.
type Order struct {
	ID    int
	Lines []string
}

// Place loses its sender when the timeout comes first.
func Place(o *Order) error {
	done := make(chan error)
	go func() {
		time.Sleep(5 * time.Millisecond)
		done <- validate(o)
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(time.Millisecond):
		return errors.New("timeout")
	}
}

func validate(o *Order) error { return nil }

// Drain ranges over a channel that nobody closes.
func Drain() {
	in := make(chan *Order, 1)
	go func() {
		for o := range in {
			_ = validate(o)
		}
	}()
	in <- &Order{ID: 1}
}

// Race waits for either of two that never come.
func Race() {
	a, b := make(chan int), make(chan int)
	go func() {
		select {
		case <-a:
		case b <- 1:
		}
	}()
}

// Nobody blocks on channels that are nil, and on no channel at all.
func Nobody() {
	var none chan int
	go func() { <-none }()
	go func() { none <- 1 }()
	go func() { select {} }()
}

// Twins are two goroutines of two literals that stand on one line.
func Twins() {
	ch := make(chan int)
	for _, f := range []func(){func() { <-ch }, func() { <-ch }} {
		go f()
	}
}

// Each starts one goroutine for each of its two values, from the body of a range-over-func loop.
func Each() {
	ch := make(chan int)
	for i := range two {
		go func() { ch <- i }()
	}
}

func two(yield func(int) bool) { _ = yield(1) && yield(2) }

// Deep blocks below more frames than the runtime prints.
func Deep() { go descend(140, make(chan int)) }

func descend(n int, ch chan int) int {
	if n == 0 {
		return <-ch
	}
	return descend(n-1, ch) + 1
}

// Many has more arguments than the runtime prints.
func Many(a, b, c, d, e, f, g, h, i, j, k, l int, s string, v any, x []byte) { <-make(chan int) }

// Args starts Many.
func Args() { go Many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, "s", 1, nil) }

var start = func(ch chan int) { go func() { <-ch }() }

// Global starts a goroutine from a literal in a package variable.
func Global() { start(make(chan int)) }

// Generation makes a chain of three; the first two return.
func Generation() { go parent(make(chan int)) }

func parent(ch chan int) { go child(ch) }

func child(ch chan int) {
	go func() {
		<-ch
	}()
}

// Wide starts a goroutine with a go statement of several lines.
func Wide() {
	ch := make(chan int)
	go func(
		a int,
		b string,
	) {
		ch <- a
	}(
		1,
		"two",
	)
}
