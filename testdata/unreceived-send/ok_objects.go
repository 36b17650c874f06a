package unreceivedsend

import "sync"

// A semaphore is a type of its own.
func OkSemaphoreType() {
	s := make(semaphore, 2)
	var wg sync.WaitGroup
	for range 3 {
		s.acquire()
		wg.Go(func() {
			defer s.release()
			use(1)
		})
	}
	wg.Wait()
}
