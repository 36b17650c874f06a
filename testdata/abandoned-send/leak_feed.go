package abandonedsend

import "sync"

// More is sent than the workers take and the buffer holds, once all of them have left.
func feed(items []int, workers int) {
	jobs := make(chan int, workers)
	var wg sync.WaitGroup
	for i := 0; i < workers; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range jobs {
				if refused() != nil {
					return
				}
			}
		}()
	}
	for _, item := range items {
		jobs <- item // want "GLK101"
	}
	close(jobs)
	wg.Wait()
}

func LeakFeed() {
	feed([]int{1, 2, 3, 4, 5, 6}, 2)
}
