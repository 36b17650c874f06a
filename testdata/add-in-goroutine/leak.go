package addingoroutine

import (
	"sync"
	"time"
)

func inLoop(jobs []func()) {
	var wg sync.WaitGroup
	for _, job := range jobs {
		go func() {
			wg.Add(1) // want "GLK302 add-in-goroutine"
			defer wg.Done()
			job()
		}()
	}
	wg.Wait()
}

type pool struct {
	wg sync.WaitGroup
}

func (p *pool) start(job func()) {
	go func() {
		p.wg.Add(1) // want "GLK302"
		job()
		p.wg.Done()
	}()
}

func pointer(wg *sync.WaitGroup) {
	go func(d time.Duration) {
		wg.Add(1) // want "GLK302"
		time.Sleep(d)
		wg.Done()
	}(time.Millisecond)
}
