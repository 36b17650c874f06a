package unsentreceive

type actor struct {
	in   chan func()
	quit chan chan struct{}
}

func startActor() *actor {
	a := &actor{in: make(chan func()), quit: make(chan chan struct{})}
	go func() {
		for {
			select {
			case f := <-a.in:
				f()
			case reply := <-a.quit:
				close(reply)
				return
			}
		}
	}()
	return a
}

func (a *actor) close() {
	reply := make(chan struct{})
	a.quit <- reply
	<-reply
}
