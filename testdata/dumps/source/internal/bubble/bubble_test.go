package bubble

import (
	"os"
	"runtime/pprof"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestDump(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch, quit := make(chan int), make(chan int)
		var wg sync.WaitGroup
		wg.Add(1)
		go func() { ch <- 1; wg.Done() }()
		go func() {
			select {
			case <-quit:
			case <-time.After(time.Hour):
			}
		}()
		go func() { wg.Wait() }()
		go func() { time.Sleep(time.Minute) }()
		synctest.Wait()
		f, err := os.Create(os.Getenv("DUMP"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := pprof.Lookup("goroutine").WriteTo(f, 2); err != nil {
			t.Fatal(err)
		}
		<-ch
	})
}

func TestDeadlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan int)
		go func() { ch <- 1 }()
	})
}

func TestTimeout(t *testing.T) {
	t.Run("sub", func(t *testing.T) {
		ch := make(chan int)
		go func() { ch <- 1 }()
		select {}
	})
}
