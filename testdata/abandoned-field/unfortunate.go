package abandonedfield

import (
	"errors"
	"time"
)

// An error ends the loop that receives.
type parser struct {
	tokens chan string
}

func newParser() *parser {
	p := &parser{tokens: make(chan string)}
	keep(p)
	go p.scan()
	go p.parse()
	return p
}

func (p *parser) scan() {
	for range 3 {
		p.tokens <- "}" // missed "GLK109"
		time.Sleep(time.Millisecond)
	}
}

func (p *parser) parse() {
	for token := range p.tokens {
		if check(token) != nil {
			return
		}
	}
}

func check(token string) error {
	if token == "}" {
		return errors.New("unexpected }")
	}
	return nil
}

func LeakError() { newParser() }
