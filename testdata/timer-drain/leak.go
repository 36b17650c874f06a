package timerdrain

import (
	"errors"
	"time"
)

// The value is received by one case; the other expects it to be there still.
func LeakReceived() {
	events := make(chan int)
	go func() {
		timer := time.NewTimer(time.Millisecond)
		for {
			select {
			case <-timer.C:
			case <-events:
				if !timer.Stop() {
					<-timer.C // want "GLK711 timer-drain: receive from timer.C blocks for ever when its value was already received"
				}
				timer.Reset(time.Hour)
			}
		}
	}()
	time.Sleep(10 * time.Millisecond)
	events <- 1
}

// The timer is started again, but not when there was an error.
type rotator struct {
	timer *time.Timer
	stop  chan struct{}
}

func (r *rotator) run() {
	for {
		select {
		case <-r.timer.C:
			if err := r.rotate(); err != nil {
				continue
			}
			r.timer.Reset(time.Hour)
		case <-r.stop:
			if !r.timer.Stop() {
				<-r.timer.C // want "GLK711 .* r.timer.C "
			}
			return
		}
	}
}

func (r *rotator) rotate() error { return errors.New("no key") }

func LeakError() {
	r := &rotator{timer: time.NewTimer(time.Millisecond), stop: make(chan struct{})}
	go r.run()
	time.Sleep(10 * time.Millisecond)
	close(r.stop)
}

// One after the other.
func LeakTwice() {
	timer := time.NewTimer(time.Millisecond)
	<-timer.C
	if !timer.Stop() {
		// Empty it.
		<-timer.C // want "GLK711"
	}
}

// A timer of AfterFunc has no channel.
type alarm struct {
	bell *time.Timer
}

func (a *alarm) set(d time.Duration, ring func()) {
	a.bell = time.AfterFunc(d, ring)
}

func (a *alarm) off() {
	if !a.bell.Stop() {
		<-a.bell.C // want "GLK711 timer-drain: receive from a.bell.C blocks for ever: a timer of AfterFunc has no channel"
	}
	a.bell = nil
}

func LeakAlarm() {
	a := &alarm{}
	rang := make(chan struct{})
	a.set(time.Millisecond, func() { close(rang) })
	<-rang
	go a.off()
}

// Nobody asks whether Stop has stopped it.
func LeakUnasked() {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	<-timer.C // want "GLK711 timer-drain: receive from timer.C blocks for ever: the timer was stopped"
}

// It waits just when nothing will come.
func LeakInverted() {
	timer := time.NewTimer(time.Hour)
	if timer.Stop() {
		<-timer.C // want "GLK711"
	}
}

type pause struct{ delay *time.Timer }

func (p *pause) end(again bool) {
	_ = p.delay.Stop()
	if again {
		p.delay.Reset(time.Hour)
		return
	}
	<-p.delay.C // want "GLK711"
}

func LeakPause() {
	p := &pause{delay: time.NewTimer(time.Hour)}
	p.end(false)
}

// Whether the value was received is in the data that the condition asks.
func guarded(tasks, more chan int) {
	timer := time.NewTimer(time.Hour)
	waiting := 0
	for {
		select {
		case n := <-more:
			if waiting > 0 {
				if !timer.Stop() {
					<-timer.C // low "GLK711"
				}
			}
			waiting += n
			timer.Reset(time.Minute)
		case <-timer.C:
			waiting--
			tasks <- waiting
			if waiting > 0 {
				timer.Reset(time.Minute)
			}
		}
	}
}
