package endlessrange

type (
	started  struct{}
	finished struct{ n int }
)

// The message that came last is told by its type.
func OkTypeSwitch() {
	events := make(chan any)
	go func() {
		events <- started{}
		events <- finished{1} // wrong "GLK101"
	}()
	for e := range events { // wrong "GLK103"
		switch e := e.(type) {
		case started:
		case finished:
			use(e.n)
			return
		}
	}
}
