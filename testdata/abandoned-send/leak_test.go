package abandonedsend

import (
	"testing"
	"time"
)

// A failing test leaves its goroutine behind: worth a note.
func TestLeakFatal(t *testing.T) {
	got := make(chan int)
	go func() {
		got <- quickly() // note "GLK101 .* send on got "
	}()
	if refused() != nil {
		t.Fatal("refused")
	}
	use(<-got)
}

// Without a failure it leaks as any other code does.
func TestLeakTimeout(t *testing.T) {
	got := make(chan int)
	go func() {
		got <- slowly() // want "GLK101 .* send on got "
	}()
	select {
	case v := <-got:
		use(v)
	case <-time.After(time.Millisecond):
		t.Log("late")
	}
}
