package abandonedsend

import "sync"

// The workers take everything, whatever becomes of it.
func feedAll(items []int, workers int) {
	jobs := make(chan int, workers)
	var wg sync.WaitGroup
	for i := 0; i < workers; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range jobs {
				if refused() != nil {
					continue
				}
			}
		}()
	}
	for _, item := range items {
		jobs <- item
	}
	close(jobs)
	wg.Wait()
}

func OkFeedAll() {
	feedAll([]int{1, 2, 3, 4, 5, 6}, 2)
}

// Two lists of the same length, as the caller sees to it.
func pair(items, others []int) {
	out := make(chan int)
	go func() {
		for _, item := range items {
			out <- item
		}
	}()
	for range others {
		use(<-out)
	}
}

func OkPair() {
	pair([]int{1, 2}, []int{3, 4})
}

// The room in the buffer is for all of them.
func buffered(items []int) {
	out := make(chan int, len(items))
	go func() {
		for _, item := range items {
			out <- item
		}
		close(out)
	}()
	for v := range out {
		if v == 2 {
			return
		}
	}
}

func OkBuffered() {
	buffered([]int{1, 2, 3, 4})
}
