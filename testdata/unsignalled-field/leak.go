package unsignalledfield

import "sync"

// What is kept is out of sight: the functions of the type are all that is known of it.
var keep = func(any) {}

// Items come, and those who wait for them are not told.
type queue struct {
	mu       sync.Mutex
	notEmpty *sync.Cond
	items    []int
}

func newQueue() *queue {
	q := &queue{}
	q.notEmpty = sync.NewCond(&q.mu)
	return q
}

func (q *queue) take() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.notEmpty.Wait() // want "GLK305 unsignalled-field: Wait on queue.notEmpty never returns: nothing in the package signals it"
	}
	item := q.items[0]
	q.items = q.items[1:]
	return item
}

func LeakQueue() {
	q := newQueue()
	keep(q)
	go q.take()
}
