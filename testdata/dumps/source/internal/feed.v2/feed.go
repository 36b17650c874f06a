// Package feed has a dot in the last element of its import path, and a part that a generator wrote.
package feed

// Start leaves one goroutine in generated code.
func Start() {
	ch := make(chan int)
	go consume(ch)
}

//line parser.y:10
func consume(ch chan int) {
	for range ch {
	}
}
