package abandonedreceive

import "testing"

// The clean-up of the test stops the goroutine, after a failure as well.
func TestOkCleanup(t *testing.T) {
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-stop
	}()
	t.Cleanup(func() {
		close(stop)
		<-done
	})
	if refused() == nil {
		t.Fatal("x")
	}
}

// The close is deferred before the test can fail.
func TestOkDeferBeforeFailure(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	go func() { <-stop }()
	mustAccept(t)
}

// The context of a test is over when the test is.
func TestOkContext(t *testing.T) {
	ctx := t.Context()
	go func() { <-ctx.Done() }()
}

// A subtest receives.
func TestOkSubtests(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
	t.Run("a", func(t *testing.T) { use(<-c) })
}
