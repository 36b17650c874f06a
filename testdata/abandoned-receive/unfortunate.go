package abandonedreceive

// A panic that is recovered skips the send.
func LeakRecoveredPanic() {
	done := make(chan error)
	go func() {
		defer func() { _ = recover() }()
		if err := refused(); err != nil {
			panic(err)
		}
		done <- nil
	}()
	<-done // missed "GLK102"
}
