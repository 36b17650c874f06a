// Package queue is what another package of the module owns.
package queue

import "errors"

// A Queue runs jobs one after the other until it is closed.
type Queue struct {
	jobs chan func()
	quit chan struct{}
}

// Open starts a queue.
func Open(size int) (*Queue, error) {
	if size < 0 {
		return nil, errors.New("negative size")
	}
	q := &Queue{jobs: make(chan func(), size), quit: make(chan struct{})}
	q.start()
	return q, nil
}

func (q *Queue) start() {
	go q.loop()
}

func (q *Queue) loop() {
	for {
		select {
		case job := <-q.jobs:
			job()
		case <-q.quit:
			return
		}
	}
}

// Add adds a job.
func (q *Queue) Add(job func()) { q.jobs <- job }

// Len tells how many jobs wait.
func (q *Queue) Len() int { return len(q.jobs) }

// Close ends the queue.
func (q *Queue) Close() { close(q.quit) }
