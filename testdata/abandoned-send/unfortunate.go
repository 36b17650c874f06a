package abandonedsend

import "time"

// The count is a product: streams times requests.
func OkProductOfCounts() {
	streams, perStream := len(addresses), quickly()+1
	results := make(chan int)
	for range streams {
		go func() {
			for range perStream {
				results <- quickly() // wrong "GLK101"
			}
		}()
	}
	for range streams * perStream {
		use(<-results)
	}
}

// A send that gives up where there is no room.
func OkSelectWithDefault() {
	wake := make(chan struct{}, 1)
	go func() {
		for range 3 {
			select {
			case wake <- struct{}{}:
			default:
			}
		}
	}()
	<-wake // wrong "GLK102"
}

// A flag says whether there is somebody to wait for.
func OkFlag() {
	result := make(chan int)
	started := false
	if accepted() == nil {
		started = true
		go func() { result <- quickly() }() // wrong "GLK101"
	}
	if started {
		use(<-result) // wrong "GLK102"
	}
}

// The timer runs its function on its own; there is room for its send.
func OkAfterFunc() {
	fired := make(chan struct{}, 1)
	timer := time.AfterFunc(time.Millisecond, func() { fired <- struct{}{} })
	defer timer.Stop()
	if refused() != nil {
		return
	}
	<-fired // wrong "GLK102"
}
