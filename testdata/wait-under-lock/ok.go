package waitunderlock

import "sync"

type worker struct {
	mu    sync.Mutex
	other sync.Mutex
	done  chan struct{}
	ready chan struct{}
	n     int
}

// The goroutine that closes the channel takes the lock afterwards, and another one before.
func (w *worker) run() {
	w.other.Lock()
	w.n++
	w.other.Unlock()
	close(w.done)
	w.mu.Lock()
	w.n++
	w.mu.Unlock()
}

func (w *worker) wait() {
	w.mu.Lock()
	defer w.mu.Unlock()
	<-w.done
}

func OkLockAfterwards() {
	w := &worker{done: make(chan struct{})}
	go w.run()
	w.wait()
}

// One of those that could end the wait needs no lock.
func (w *worker) signal() {
	w.ready <- struct{}{}
}

func (w *worker) signalLocked() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ready <- struct{}{}
}

func (w *worker) waitReady() {
	w.mu.Lock()
	defer w.mu.Unlock()
	<-w.ready
}

func OkAnotherSender() {
	w := &worker{ready: make(chan struct{}, 1)}
	w.signalLocked()
	w.waitReady()
	w.signal()
}

// The lock is let go before the wait.
func (w *worker) stop() {
	w.mu.Lock()
	w.n++
	w.mu.Unlock()
	<-w.done
}

func OkUnlockedBefore() {
	w := &worker{done: make(chan struct{})}
	go w.run()
	w.stop()
}

type order struct {
	mu     sync.Mutex
	result chan int
	isDone bool
}

func (o *order) deliver(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.isDone = true
	o.result <- n
}

// What is tested under the lock says that the value is there.
func (o *order) cancel() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isDone {
		return <-o.result
	}
	return 0
}

func OkStateUnderLock() {
	o := &order{result: make(chan int, 1)}
	o.deliver(1)
	o.cancel()
	o = &order{result: make(chan int, 1)}
	o.cancel()
}
