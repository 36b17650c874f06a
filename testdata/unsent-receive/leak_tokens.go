package unsentreceive

// As many tokens are taken back as are given out, in the end: how many are out is not in the source.
func tokens(room int, deliver func() bool, stop <-chan struct{}) {
	sem := make(chan struct{}, room)
	for {
		select {
		case <-stop:
			return
		case sem <- struct{}{}:
			if deliver() {
				<-sem
				<-sem // low "GLK105"
			}
		}
	}
}

func LeakTokens() {
	go tokens(1, func() bool { return true }, nil)
}
