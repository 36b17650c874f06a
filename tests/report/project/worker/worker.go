package worker

import (
	"errors"
	"time"
)

func Run() error {
	done := make(chan struct{})
	failed := make(chan error, 1)
	go func() {
		if err := work(); err != nil {
			failed <- err
			return
		}
		// Everything is done: tell the one who waits.

		done <- struct{}{}
	}()
	select {
	case <-done:
		return nil
	case err := <-failed:
		return err
	case <-time.After(time.Second):
		return errors.New("too late")
	}
}
