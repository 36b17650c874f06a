package doublelock

import "sync"

// The callback is called without the lock, or lets go of it for a while.
type roster struct {
	mu    sync.Mutex
	names []string
	n     int
	hook  func()
	other func()
}

func (r *roster) each(visit func(string)) {
	r.mu.Lock()
	names := r.names
	r.mu.Unlock()
	for _, name := range names {
		visit(name)
	}
}

func (r *roster) locked(do func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	do()
}

func (r *roster) add() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
}

func OkCallback() {
	r := &roster{names: []string{"a"}}
	r.each(func(string) { r.add() })
	r.locked(func() {
		r.mu.Unlock()
		r.add()
		r.mu.Lock()
	})
	r.locked(func() { go r.add() })
	other := &roster{}
	r.locked(other.add)
}

// What a parameter is given is not what another caller gives.
func (r *roster) twice(do func()) {
	r.locked(do)
	do()
}

func OkHandedOn() {
	r, other := &roster{}, &roster{}
	r.twice(func() { other.add() })
}

// Fields: one is called without the lock, the other is of another object.
func newRoster(up *roster) *roster {
	r := &roster{}
	r.hook = r.add
	r.other = func() { up.add() }
	return r
}

func (r *roster) callHook() {
	r.mu.Lock()
	hook := r.hook
	r.n++
	r.mu.Unlock()
	hook()
	r.hook()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.other != nil {
		r.other()
	}
}

func OkFields() {
	newRoster(&roster{}).callHook()
}
