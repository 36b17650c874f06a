package größe

func Grüße() {
	wörter := map[string]chan int{"日本": make(chan int), "👍": make(chan int)}; for range 3 { go func() { wörter["日本"] <- 1 }() }
	if true {
		select {}
	}
}
