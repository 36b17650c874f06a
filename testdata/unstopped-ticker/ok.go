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
