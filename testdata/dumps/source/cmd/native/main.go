// Command native has goroutines inside C, and called back from C.
package main

/*
#include <unistd.h>
static void napping(int s) { sleep(s); }
extern void goBlock(int);
static void callback(int n) { goBlock(n); }
*/
import "C"

import (
	"os"
	"runtime/pprof"
	"time"
)

//export goBlock
func goBlock(n C.int) { <-make(chan int) }

func main() {
	go func() { C.napping(1000) }()
	go C.callback(7)
	time.Sleep(100 * time.Millisecond)
	f, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	if err := pprof.Lookup("goroutine").WriteTo(f, 2); err != nil {
		panic(err)
	}
	f.Close()
	panic("end")
}
