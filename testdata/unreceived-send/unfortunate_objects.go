package unreceivedsend

type semaphore chan struct{}

func (s semaphore) acquire() {
	s <- struct{}{} // missed "GLK104"
}
func (s semaphore) release() { <-s }

// A semaphore is a type of its own; an error leaves with its place taken.
func LeakSemaphoreType() {
	s := make(semaphore, 1)
	for range 2 {
		s.acquire()
		if refused() != nil {
			continue
		}
		s.release()
	}
}
