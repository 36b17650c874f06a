package unstoppedticker

import "time"

func never(ready func() bool) {
	ticker := time.NewTicker(time.Second) // want "GLK703 unstopped-ticker: ticker is never stopped"
	for range ticker.C {
		if ready() {
			return
		}
	}
}

func onePath(stop <-chan struct{}, ready bool) {
	ticker := time.NewTicker(time.Second) // want "GLK703 .* not stopped on every path"
	if !ready {
		return
	}
	defer ticker.Stop()
	select {
	case <-ticker.C:
	case <-stop:
	}
}

func tick(ready func() bool) {
	for range time.Tick(time.Second) { // want "GLK703 .* time.Tick stays when the function returns"
		if ready() {
			return
		}
	}
}

func after(work, stop <-chan int) {
	for {
		select {
		case <-work:
		case <-time.After(time.Minute): // want "GLK703 .* each round makes a timer"
		case <-stop:
			return
		}
	}
}

func timer(work <-chan int) int {
	timer := time.NewTimer(time.Hour) // want "GLK703 .* timer is never stopped"
	select {
	case n := <-work:
		return n
	case <-timer.C:
		return 0
	}
}

func timerOnOnePath(work, stop <-chan int) int {
	timer := time.NewTimer(time.Hour) // want "GLK703 .* timer is not stopped on every path"
	select {
	case n := <-work:
		timer.Stop()
		return n
	case <-timer.C:
		return 0
	case n := <-stop:
		return n
	}
}
