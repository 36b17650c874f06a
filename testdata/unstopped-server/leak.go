package unstoppedserver

import (
	"net"
	"net/http"
)

func onePath(handler http.Handler, wait func() error) error {
	server := &http.Server{Handler: handler}
	go server.ListenAndServe() // want "GLK709 unstopped-server: server is not closed on every path"
	if err := wait(); err != nil {
		return err
	}
	return server.Close()
}

func never(handler http.Handler) {
	server := &http.Server{Addr: "localhost:0"}
	server.Handler = handler
	go func() { // want "GLK709 .* server is never closed"
		_ = server.ListenAndServe()
	}()
}

func accept(handle func(net.Conn)) (string, error) {
	listener, err := net.Listen("tcp", "localhost:0") // want "GLK709 .* listener is never closed"
	if err != nil {
		return "", err
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			handle(conn)
		}
	}()
	return listener.Addr().String(), nil
}
