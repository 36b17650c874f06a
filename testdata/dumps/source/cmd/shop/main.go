// Command shop leaks, then writes dumps of itself or ends in the way it is told.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"time"

	feed "example.com/shop/internal/feed.v2"
	"example.com/shop/internal/orders"
	"example.com/shop/internal/stock"
)

var few = []func(){
	func() { _ = orders.Place(&orders.Order{}) }, orders.Drain, stock.Helpers, stock.Locked, stock.Labels, feed.Start,
	orders.Generation,
}

var all = append([]func(){
	orders.Race, orders.Nobody, orders.Twins, orders.Each, orders.Deep, orders.Args, orders.Global, orders.Wide,
	stock.Methods, (&stock.Shelf[string]{}).Fill, (&stock.Shelf[[2]int]{}).Fill, stock.Locks, stock.Waits,
	stock.Clock, stock.Parents, stock.Blocked, fetch, stock.Busy, stock.Inlined, stock.Value,
}, few...)

func main() {
	out := flag.String("out", "", "file to write debug=2 to")
	profile := flag.String("profile", "goroutine", "which profile")
	set := flag.String("set", "few", "few | all | none")
	wait := flag.Duration("wait", 100*time.Millisecond, "before the dump")
	end := flag.String("end", "", "panic | nil | throw | hang | log")
	times := flag.Int("times", 1, "how often to leak")
	flag.Parse()
	for range *times {
		for _, leak := range map[string][]func(){"few": few, "all": all}[*set] {
			leak()
		}
	}
	settle(*wait)
	if *out != "" {
		write(*out, *profile)
	}
	finish(*end)
}

// settle waits; the minutes of a wait count from the first garbage collection after it began.
func settle(wait time.Duration) {
	for end := time.Now().Add(wait); time.Now().Before(end); time.Sleep(min(wait, time.Second)) {
		runtime.GC()
	}
}

func write(path, profile string) {
	f, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if err := pprof.Lookup(profile).WriteTo(f, 2); err != nil {
		panic(err)
	}
}

func finish(end string) {
	switch end {
	case "panic":
		panic(fmt.Errorf("first\ngoroutine 999 [chan send]:\nnot.a.frame()"))
	case "nil":
		var p *int
		*p = 1
	case "throw":
		m := map[int]int{}
		go func() {
			for {
				m[1]++
			}
		}()
		for {
			m[2]++
		}
	case "hang":
		select {}
	case "log":
		fmt.Fprintf(os.Stderr, "2026/01/02 03:04:05 http: panic serving 192.0.2.1:5: boom\n%s", debug.Stack())
	}
}

// fetch leaves the body of a response unclosed.
func fetch() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	_, _ = http.Get(server.URL)
}
