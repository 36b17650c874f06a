package abandonedreceive

import "context"

type job struct {
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
}

func newJob() *job {
	ctx, cancel := context.WithCancel(context.Background())
	j := &job{ctx: ctx, cancel: cancel, done: make(chan struct{})}
	go j.loop()
	return j
}

func (j *job) loop() {
	defer close(j.done)
	<-j.ctx.Done() // want "GLK102 .* receive from ctx "
}

func (j *job) stop() {
	j.cancel()
	<-j.done
}

// The stop is not deferred, and an error returns before it.
func LeakJob() {
	j := newJob()
	if refused() != nil {
		return
	}
	j.stop()
}

// What was started is never stopped.
func LeakContract() {
	j := newJob()
	use(len(j.done))
}
