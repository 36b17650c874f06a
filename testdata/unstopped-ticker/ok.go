package unstoppedticker

import "time"

func deferred(ready func() bool) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for range ticker.C {
		if ready() {
			return
		}
	}
}

type poller struct{ ticker *time.Ticker }

func newPoller() *poller {
	ticker := time.NewTicker(time.Second)
	return &poller{ticker: ticker}
}

func (p *poller) close() { p.ticker.Stop() }

func once(work <-chan int) {
	select {
	case <-work:
	case <-time.After(time.Minute):
	}
}

func timerFired(wait time.Duration) {
	timer := time.NewTimer(wait)
	<-timer.C
}

func timerStopped(work <-chan int) int {
	timer := time.NewTimer(time.Hour)
	select {
	case n := <-work:
		timer.Stop()
		return n
	case <-timer.C:
		return 0
	}
}

func timerDeferred(work <-chan int) int {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	select {
	case n := <-work:
		return n
	case <-timer.C:
		return 0
	}
}

func timerOfEachRound(work <-chan int) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(time.Hour)
		select {
		case <-work:
		case <-timer.C:
			return
		}
	}
}
