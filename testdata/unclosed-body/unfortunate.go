package unclosedbody

import (
	"net"
	"net/http"
)

// The answer is read from a connection of one's own, and is known to have no body.
func ofFake(request *http.Request, dial func(string, string) (net.Conn, error)) error {
	transport := &http.Transport{Dial: dial, DisableKeepAlives: true}
	_, err := transport.RoundTrip(request) // wrong "GLK701"
	return err
}

// What is returned is a field of a struct that only holds it, and nobody closes it.
func ofHeld(address string) (int, error) {
	p := &page{}
	if err := stored(p, address); err != nil { // missed "GLK701"
		return 0, err
	}
	return p.resp.StatusCode, nil
}
