package worker

var jobs = make(chan string)

func Submit(job string) { jobs <- job }
