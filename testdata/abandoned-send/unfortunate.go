package abandonedsend

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
