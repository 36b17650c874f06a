package unreceivedfield

// What is kept is out of sight: the functions of the type are all that is known of it.
var keep = func(any) {}

// The result is announced, and nothing ever takes it.
type watcher struct {
	result chan bool
	failed chan error
}

func (w *watcher) run() {
	err := <-w.failed
	w.result <- err == nil // want "GLK108 unreceived-field: send on watcher.result blocks for ever: nothing in the package receives from it"
}

func LeakResult() {
	w := &watcher{result: make(chan bool), failed: make(chan error)}
	keep(w)
	go w.run()
	w.failed <- nil
}

// Each of the subscribers in the map has a channel; subscribers only leave.
type hub struct {
	subscribers map[int]*subscriber
}

type subscriber struct {
	events chan string
}

func (h *hub) subscribe(id int) {
	h.subscribers[id] = &subscriber{events: make(chan string)}
}

func (h *hub) publish(event string) {
	for _, s := range h.subscribers {
		s.events <- event // want "GLK108 .* subscriber.events "
	}
}

func LeakSubscribers() {
	h := &hub{subscribers: map[int]*subscriber{}}
	h.subscribe(1)
	keep(h)
	go h.publish("up")
}

// A buffer only puts it off.
type journal struct {
	lines chan string
}

func (j *journal) copy(lines []string) {
	for _, line := range lines {
		j.lines <- line // want "GLK108 .* journal.lines blocks for ever when it is full"
	}
}

func LeakFull() {
	j := &journal{lines: make(chan string, 2)}
	keep(j)
	go j.copy([]string{"a", "b", "c"})
}
