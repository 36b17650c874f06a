package abandonedreceive

import (
	"sync"
	"testing"
)

func mustAccept(t *testing.T) {
	t.Helper()
	if err := refused(); err != nil {
		t.Fatalf("refused: %v", err)
	}
}

// A helper fails the test.
func TestLeakHelperFails(t *testing.T) {
	stop := make(chan struct{})
	go func() { <-stop }() // note "GLK102"
	mustAccept(t)
	close(stop)
}

// The test fails before it releases what it has started.
func TestLeakWait(t *testing.T) {
	var wg sync.WaitGroup
	wg.Add(1)
	release := make(chan struct{})
	go func() {
		defer wg.Done()
		<-release // note "GLK102"
	}()
	if refused() != nil {
		t.FailNow()
	}
	close(release)
	wg.Wait()
}
