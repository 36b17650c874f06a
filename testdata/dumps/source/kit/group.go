// Package kit is a module of its own inside the checkout: the helper that starts goroutines for others.
package kit

// Group starts goroutines.
type Group struct{ started int }

// Start runs f in a new goroutine.
func (g *Group) Start(f func()) {
	g.started++
	go f()
}

// Watch runs for ever, one goroutine for each call.
func Watch[T any](in <-chan T, each func(T)) {
	go func() {
		for v := range in {
			each(v)
		}
	}()
}

// Later returns a function that starts a goroutine; it is small enough to be inlined with its literal.
func Later(ch chan int) func() {
	return func() {
		go func() { <-ch }()
	}
}
