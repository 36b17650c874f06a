package abandonedsend

import "errors"

var counted = []string{"a", "b", ""}

func fetch(address string) error {
	if address != "c" {
		return errors.New(address)
	}
	return nil
}

// The first error ends the loop, and leaves the others behind.
func LeakFirstErrorOfCounted() {
	started := 0
	done := make(chan error)
	for _, address := range counted {
		if address != "" {
			started++
			go func() {
				done <- fetch(address) // want "GLK101 .* send on done "
			}()
		}
	}
	for ; started > 0; started-- {
		if err := <-done; err != nil {
			return
		}
	}
}
