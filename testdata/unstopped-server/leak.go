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

// What arrives may come from elsewhere: the server still serves then.
func shared(handler http.Handler, other func() error) error {
	server := &http.Server{Handler: handler}
	done := make(chan error, 2)
	go func() { done <- other() }()
	go func() { done <- server.ListenAndServe() }() // want "GLK709 .* server is never closed"
	return <-done
}

// Told before it serves.
func ready(handler http.Handler, listener net.Listener) {
	server := &http.Server{Handler: handler}
	started := make(chan struct{})
	go func() { // want "GLK709 .* server is never closed"
		close(started)
		server.Serve(listener)
	}()
	<-started
}
