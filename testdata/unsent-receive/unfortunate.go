package unsentreceive

// One value, and a second receive that depends on it.
func LeakSecondReceiveByValue() {
	errs := make(chan error, 1)
	errs <- accepted()
	if err := <-errs; err == nil {
		<-errs // missed "GLK105"
	}
}
