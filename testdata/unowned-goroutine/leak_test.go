package unownedgoroutine

import (
	"net"
	"testing"
	"time"
)

// The channel is the test's own: no other test can end the loop.
func TestFeed(t *testing.T) {
	values := make(chan int)
	go func() { // note "GLK801"
		for {
			select {
			case v := <-values:
				t.Log(v)
			case <-time.After(time.Second):
				t.Log("idle")
			}
		}
	}()
	values <- 1
}

func TestServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() { // note "GLK801"
		for {
			conn, err := l.Accept()
			if err != nil {
				continue
			}
			conn.Close()
		}
	}()
}

// A helper may be shared by all tests, and what it starts be meant for all of them.
func feed(values chan int) {
	go func() { // low "GLK801"
		for {
			<-values
		}
	}()
}
