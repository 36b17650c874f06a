package unsentfield

// Nothing calls the method that closes the field.
type valve struct {
	shut chan struct{}
}

func (v *valve) close() { close(v.shut) }

func (v *valve) wait() {
	<-v.shut // missed "GLK107"
}

func LeakNobodyCloses() {
	v := &valve{shut: make(chan struct{})}
	keep(v)
	go v.wait()
}
