package timerdrain

import "time"

// Every way from the one receive to the other starts the timer.
func OkReset() {
	events := make(chan int)
	done := make(chan struct{})
	go func() {
		defer close(done)
		timer := time.NewTimer(time.Millisecond)
		for {
			select {
			case <-timer.C:
				timer.Reset(time.Hour)
			case _, ok := <-events:
				if !timer.Stop() {
					<-timer.C
				}
				if !ok {
					return
				}
				timer.Reset(time.Millisecond)
			}
		}
	}()
	time.Sleep(5 * time.Millisecond)
	events <- 1
	close(events)
	<-done
}

// What was received is remembered.
func OkFlag() {
	timer := time.NewTimer(time.Millisecond)
	received := false
	stop := make(chan struct{})
	close(stop)
	for range 2 {
		select {
		case <-timer.C:
			received = true
		case <-stop:
		}
	}
	if !timer.Stop() && !received {
		<-timer.C
	}
}

// The receive ends the function.
func OkReturns() {
	timer := time.NewTimer(time.Hour)
	stop := make(chan struct{})
	close(stop)
	select {
	case <-timer.C:
		return
	case <-stop:
		if !timer.Stop() {
			<-timer.C
		}
	}
}

// A new timer takes its place.
func OkReplaced() {
	timer := time.NewTimer(time.Millisecond)
	<-timer.C
	timer = time.NewTimer(time.Hour)
	if !timer.Stop() {
		<-timer.C
	}
}

// A drain that does not wait.
func OkDefault() {
	timer := time.NewTimer(time.Millisecond)
	<-timer.C
	if !timer.Stop() {
		select {
		case <-timer.C:
		default:
		}
	}
}

// A method starts it.
type clock struct {
	timer *time.Timer
}

func (c *clock) rearm() { c.timer.Reset(time.Hour) }

func OkMethod() {
	c := &clock{timer: time.NewTimer(time.Millisecond)}
	<-c.timer.C
	c.rearm()
	if !c.timer.Stop() {
		<-c.timer.C
	}
}

// The drain leaves the loop in which the timer is started with each round.
func OkEachRound() {
	timer := time.NewTimer(time.Hour)
	for range 3 {
		if !timer.Stop() {
			<-timer.C
		}
		timer.Reset(time.Millisecond)
		<-timer.C
		timer.Reset(time.Hour)
	}
}

// The field holds a timer with a channel at times.
type kitchen struct {
	egg *time.Timer
}

func (k *kitchen) set(d time.Duration, ring func()) {
	if ring == nil {
		k.egg = time.NewTimer(d)
		return
	}
	k.egg = time.AfterFunc(d, ring)
}

func (k *kitchen) off() {
	if !k.egg.Stop() {
		<-k.egg.C
	}
}

// It is started again between the two.
func OkStartedAgain() {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	timer.Reset(time.Millisecond)
	<-timer.C
}

// There is a way on.
func OkStoppedWithDefault() {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	select {
	case <-timer.C:
	default:
	}
}

// The receive comes first, and what is deferred last.
func OkStoppedLast() {
	timer := time.NewTimer(time.Millisecond)
	defer timer.Stop()
	<-timer.C
	timer.Stop()
}

// A flag says whether it runs.
func OkRuns() {
	timer := time.NewTimer(time.Millisecond)
	runs := true
	for range 2 {
		if !runs {
			timer = time.NewTimer(time.Millisecond)
		}
		<-timer.C
		timer.Stop()
		runs = false
	}
}

// The value of Stop is asked later.
func OkAskedLater() {
	timer := time.NewTimer(time.Hour)
	stopped := timer.Stop()
	if !stopped {
		<-timer.C
	}
}

// Only where it was not stopped does anybody wait.
func OkStoppedOnce() {
	timer := time.NewTimer(time.Millisecond)
	early := false
	stop := make(chan struct{})
	close(stop)
	if _, ok := <-stop; ok {
		timer.Stop()
		early = true
	}
	if !early {
		<-timer.C
	}
}

// Another one starts it.
func OkStartedByLiteral() {
	timer := time.NewTimer(time.Hour)
	start := func() { timer.Reset(time.Millisecond) }
	timer.Stop()
	start()
	<-timer.C
}

func OkStartedByGoroutine() {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	go restart(timer)
	<-timer.C
}

func restart(timer *time.Timer) { timer.Reset(time.Millisecond) }

type debounce struct{ timer *time.Timer }

func (d *debounce) kick() { d.timer.Reset(time.Millisecond) }

func (d *debounce) wait(ready func()) {
	d.timer.Stop()
	ready()
	<-d.timer.C
}

func OkStartedByMethod() {
	d := &debounce{timer: time.NewTimer(time.Hour)}
	d.wait(d.kick)
}
