package unownedgoroutine

import "time"

type poller struct{ loop func() }

// Which function the field holds is not followed.
func newPoller() *poller {
	p := &poller{loop: func() {
		for {
			time.Sleep(time.Second)
		}
	}}
	go p.loop() // missed "GLK801"
	return p
}
