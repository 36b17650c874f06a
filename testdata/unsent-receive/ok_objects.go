package unsentreceive

// The function that sends goes to the actor over a channel.
func OkActor() {
	a := startActor()
	defer a.close()
	out := make(chan int, 1)
	a.in <- func() { out <- 1 }
	use(<-out)
}
