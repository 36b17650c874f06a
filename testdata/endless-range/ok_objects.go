package endlessrange

import (
	"bufio"
	"strings"
	"time"
)

// The lines of a text.
func OkScanner() {
	lines := make(chan string)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(strings.NewReader("a\nb"))
		for scanner.Scan() {
			lines <- scanner.Text()
		}
	}()
	for line := range lines {
		use(len(line))
	}
}

func walk(depth int, out chan<- int) {
	if depth == 0 {
		out <- 1
		return
	}
	walk(depth-1, out)
	walk(depth-1, out)
}

// A recursive function sends.
func OkRecursion() {
	out := make(chan int)
	go func() {
		defer close(out)
		walk(2, out)
	}()
	for v := range out {
		use(v)
	}
}

// A ticker is left after two ticks.
func OkTickerCount() {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	n := 0
	for range ticker.C {
		n++
		if n == 2 {
			return
		}
	}
}
