package missingdialdeadline

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
)

func plain(ctx context.Context, address string) (net.Conn, error) {
	return net.Dial("tcp", address) // want "GLK602 missing-dial-deadline: net.Dial has neither a timeout nor a context"
}

func secure(ctx context.Context, address string) (net.Conn, error) {
	return tls.Dial("tcp", address, nil) // want "GLK602 .* tls.Dial"
}

func inHandler(w http.ResponseWriter, r *http.Request) {
	conn, err := net.Dial("tcp", r.Host) // want "GLK602"
	if err == nil {
		conn.Close()
	}
}

func inGoroutine(addresses []string) {
	for _, address := range addresses {
		go func() {
			if conn, err := net.Dial("tcp", address); err == nil { // want "GLK602"
				conn.Close()
			}
		}()
	}
}
