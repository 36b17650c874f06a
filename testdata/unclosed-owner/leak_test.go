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

func TestStarted(t *testing.T) {
	s := newServer("t")
	s.Run() // note "GLK803 .*s is never closed"
	if s.name == "" {
		t.Fatal("no name")
	}
}

func TestStoppedLater(t *testing.T) {
	s := newServer("t")
	s.Run()
	t.Cleanup(func() { s.Stop() })
}

func newForTest(t *testing.T) *poller {
	p := newPoller()
	t.Cleanup(p.halt)
	return p
}

func TestHelper(t *testing.T) {
	p := newForTest(t)
	p.tick(1)
}

func TestErrorsOnly(t *testing.T) {
	if _, err := newCache(); err != nil {
		t.Fatal(err)
	}
}

func panics(t *testing.T, f func()) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	f()
}

func TestPanics(t *testing.T) {
	panics(t, func() { newPoller() })
}
