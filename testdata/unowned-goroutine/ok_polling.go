package unownedgoroutine

import "time"

// ---- polling for what somebody sets

type setByMethod struct{ closed bool }

func (s *setByMethod) start() {
	go func() {
		for !s.closed {
			time.Sleep(time.Second)
		}
	}()
}

func (s *setByMethod) end() { s.closed = true }

type setByLiteral struct{ halted bool }

func newSetByLiteral(halted bool) *setByLiteral {
	s := &setByLiteral{halted: halted}
	go func() {
		for !s.halted {
			time.Sleep(time.Second)
		}
	}()
	return s
}

type setByPlace struct{ over bool }

func newSetByPlace(over bool) *setByPlace {
	s := &setByPlace{over}
	go func() {
		for !s.over {
			time.Sleep(time.Second)
		}
	}()
	return s
}

type setByPointer struct{ gone bool }

func (s *setByPointer) start(end func(*bool)) {
	go func() {
		for !s.gone {
			time.Sleep(time.Second)
		}
	}()
	end(&s.gone)
}

// An exported field is anybody's.
type Exported struct{ Done bool }

func (e *Exported) start() {
	go func() {
		for !e.Done {
			time.Sleep(time.Second)
		}
	}()
}

func localIsSet(work func() bool) {
	ready := false
	go func() {
		for !ready {
			time.Sleep(time.Second)
		}
	}()
	ready = work()
}
