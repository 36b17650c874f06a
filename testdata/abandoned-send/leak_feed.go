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

// As many workers as there is room in the buffer, and more jobs than that: how many is not in the source.
func spread(items []int, workers int) {
	jobs := make(chan int, workers)
	var wg sync.WaitGroup
	wg.Add(len(items))
	for i := 0; i < workers; i++ {
		go func() {
			for range jobs {
				wg.Done()
				if refused() != nil {
					return
				}
			}
		}()
	}
	go func() {
		for _, item := range items {
			jobs <- item
		}
		close(jobs)
	}()
	wg.Wait() // low "GLK301"
}

func LeakSpread() {
	spread([]int{1, 2, 3, 4, 5, 6}, 2)
}
