package abandonedreceive

// The channel of a field is copied into a field of another object.
type proxy struct{ hold chan struct{} }

type dialer struct{ gate chan struct{} }

func (d *dialer) dial() { <-d.gate }

func OkAliasedField() {
	p := &proxy{hold: make(chan struct{})}
	d := &dialer{}
	d.gate = p.hold
	go d.dial()
	close(p.hold)
}

// The protocol: Run is called by the user of the object, Stop waits for it.
type Service struct {
	stop chan struct{}
	done chan struct{}
}

func NewService() *Service {
	return &Service{stop: make(chan struct{}), done: make(chan struct{})}
}

func (s *Service) Run() {
	defer close(s.done)
	<-s.stop
}

func (s *Service) Stop() {
	close(s.stop)
	<-s.done
}

func OkProtocol() {
	s := NewService()
	go s.Run()
	s.Stop()
}
