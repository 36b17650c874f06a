package abandonedfield

// How often a loop goes round is not compared with how often the other one does.
type counted struct {
	numbers chan int
}

func newCounted() *counted {
	c := &counted{numbers: make(chan int)}
	keep(c)
	go c.count()
	go c.take(2)
	return c
}

func (c *counted) count() {
	for i := range 3 {
		c.numbers <- i // missed "GLK109"
	}
}

func (c *counted) take(most int) {
	for range most {
		keep(<-c.numbers)
	}
}

func LeakCounted() { newCounted() }
