package unsentreceive

import "sync"

type pubsub struct {
	mu   sync.Mutex
	subs []chan int
}

func (p *pubsub) subscribe() <-chan int {
	c := make(chan int, 1)
	p.mu.Lock()
	p.subs = append(p.subs, c)
	p.mu.Unlock()
	return c
}

func (p *pubsub) publish(v int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.subs {
		select {
		case c <- v:
		default:
		}
	}
}

// Each subscriber has room for one value; what has no room is dropped.
func OkPubsub() {
	p := &pubsub{}
	c := p.subscribe()
	p.publish(1)
	use(<-c)
}
