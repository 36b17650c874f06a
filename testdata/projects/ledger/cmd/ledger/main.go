// Command ledger prints the dump of a process that has leaked for a while.
package main

import (
	"os"
	"runtime/pprof"
	"time"

	"example.com/ledger"
)

func main() {
	for range 3 {
		_ = ledger.Balance()
		ledger.Audit()
		ledger.Follow("a", make(chan struct{}))
	}
	time.Sleep(50 * time.Millisecond)
	_ = pprof.Lookup("goroutine").WriteTo(os.Stdout, 2)
}
