package main

import (
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"
)

type T struct{ n int }

func (t T) Value() func() int    { return func() int { return t.n } }
func (t *T) Pointer() func() int { return func() int { return t.n } }
func (t *T) stop(n int) bool     { return t.n > n }
func (t *T) Each(f func(int)) {
	for i := range t.n {
		func() { f(i) }()
	}
}

type Box[E any] struct{ items []E }

func (b *Box[E]) All() iter.Seq[E] {
	return func(yield func(E) bool) {
		for _, item := range b.items {
			if !yield(item) {
				return
			}
		}
	}
}

func Map[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in))
	add := func(a A) { out = append(out, f(a)) }
	for _, each := range in {
		add(each)
	}
	return out
}

var late = func() string { return early() }

var early = func() string { return "early" }

var table = map[string]func(){
	"a": func() { fmt.Println("a") },
	"b": func() { func() { fmt.Println("b") }() },
}

func init() { table["c"] = func() { fmt.Println("c") } }

func init() {
	func() { fmt.Println("second") }()
}

func option(n int) func(*T) { return func(t *T) { t.n = n } }

func twice(n int) []func(*T) {
	return []func(*T){option(n), option(n + 1)}
}

func loops(b *Box[int]) (sum int) {
	for item := range b.All() {
		defer func() { sum += item }()
		for _, other := range slices.Backward(b.items) {
			sum += other
			func() { sum++ }()
		}
	}
	for part := range strings.SplitSeq("a,b", ",") {
		fmt.Println(part)
	}
	return sum
}

func starts(t *T, wg *sync.WaitGroup) {
	var mu sync.Mutex
	mu.Lock()
	defer mu.Unlock()
	go t.stop(3)
	go func() { wg.Done() }()
	go func(n int) { wg.Done(); fmt.Println(n) }(3)
	defer fmt.Println("end")
	done := make(chan int)
	defer close(done)
	wg.Go(func() { fmt.Println("go") })
}

func nested() {
	a := func() {
		b := func() { func() { fmt.Println("deep") }() }
		b()
		b()
	}
	a()
	a()
}

func main() {
	t := &T{n: len(os.Args)}
	var wg sync.WaitGroup
	wg.Add(2)
	starts(t, &wg)
	wg.Wait()
	t.Each(func(i int) { fmt.Println(i) })
	fmt.Println(t.Value()(), t.Pointer()(), loops(&Box[int]{items: []int{1}}), late(), early())
	fmt.Println(Map([]int{1}, func(i int) string { return fmt.Sprint(i) }))
	for _, set := range append(twice(2), option(4)) {
		set(t)
	}
	table["a"]()
	table["b"]()
	nested()
	method := t.stop
	fmt.Println(method(1), os.Getenv("x"), small, large, effects, named)
}

var small = map[string]int{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6}

var large = map[string]*T{
	"a": {n: -1}, "b": {n: 2}, "c": {n: 3}, "d": {n: 4}, "e": {n: 5}, "f": {n: 6}, "g": {n: 7},
}

var effects = map[string]int{
	"a": count(), "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7,
}

type numbers map[string]int

var named = numbers{
	"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7,
}

func count() int { return len(small) + len(large) + len(named) }
