package undonefield

import "sync"

// What is kept is out of sight: the functions of the type are all that is known of it.
var keep = func(any) {}

// Tasks begin; none ends.
type server struct {
	mu    sync.Mutex
	tasks sync.WaitGroup
}

func (s *server) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tasks.Add(1)
}

func (s *server) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tasks.Wait() // want "GLK304 undone-field: Wait on server.tasks never returns: nothing in the package calls its Done"
}

func LeakTasks() {
	s := &server{}
	keep(s)
	s.begin()
	go s.drain()
}
