package unsignalledwait

import (
	"errors"
	"time"
)

var errRefused = errors.New("refused")

func refused() error { return errRefused }

func accepted() error { return nil }

func quickly() int { return 1 }

func slowly() int {
	time.Sleep(10 * time.Millisecond)
	return 1
}

func use(values ...int) {}

var addresses = []string{"a", "b", "c"}
