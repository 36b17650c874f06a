package undonefield

import "sync"

type crew struct {
	wg   sync.WaitGroup
	errs int
}

func (c *crew) hire(n int) {
	c.wg.Add(1)
	go func() {
		if n < 0 {
			return
		}
		defer c.wg.Done()
		c.work(n)
	}()
}

func (c *crew) work(n int) { _ = n }

func (c *crew) finish() {
	c.wg.Wait() // want "GLK304 .*crew.wg never returns when a goroutine has ended without its Done"
}

// The goroutine leaves before it has put its Done in place.
func LeakEarlyReturn() {
	for _, c := range crews {
		c.hire(-1)
		c.finish()
	}
}

var crews = map[string]*crew{"a": {}}
