package owner

import "testing"

func TestPoller(t *testing.T) {
	p := newPoller() // note "GLK803 .*p is never closed"
	p.tick(1)
	if p.last > 1 {
		t.Fatal("too much")
	}
}

func TestClosed(t *testing.T) {
	p := newPoller()
	t.Cleanup(p.halt)
	p.tick(1)
}
