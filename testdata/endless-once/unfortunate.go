package endlessonce

import (
	"sync"
	"time"
)

var swept int

// A literal in the value of a package variable is not looked into.
var sweep = sync.OnceFunc(func() {
	for {
		time.Sleep(time.Millisecond)
		swept++
	}
})

func sweepAndCount() int {
	sweep() // missed "GLK408"
	return swept
}

func LeakPackageVariable() {
	go sweepAndCount()
	time.Sleep(10 * time.Millisecond)
	sweepAndCount()
}
