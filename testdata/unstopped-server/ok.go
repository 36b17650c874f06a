package unstoppedserver

import (
	"context"
	"net"
	"net/http"
)

func deferred(handler http.Handler, wait func() error) error {
	server := &http.Server{Handler: handler}
	defer server.Close()
	go server.ListenAndServe()
	return wait()
}

func byContext(ctx context.Context, handler http.Handler) {
	server := &http.Server{Handler: handler}
	go func() {
		<-ctx.Done()
		server.Shutdown(context.WithoutCancel(ctx))
	}()
	go server.ListenAndServe()
}

func returned(handler http.Handler) *http.Server {
	server := &http.Server{Handler: handler}
	go server.ListenAndServe()
	return server
}

// Whoever closes the server closes its listener.
func served(handler http.Handler, wait func()) error {
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler}
	go func() { _ = server.Serve(listener) }()
	wait()
	return server.Close()
}

func acceptFor(handle func(net.Conn)) (net.Listener, error) {
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return nil, err
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
	return listener, nil
}

// A server that has failed serves no more: nothing is left to close.
func failed(ctx context.Context, handler http.Handler) error {
	server := &http.Server{Handler: handler}
	done := make(chan error, 1)
	go func() { done <- server.ListenAndServe() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return server.Shutdown(context.WithoutCancel(ctx))
	}
}

func failedLoudly(handler http.Handler, stop <-chan struct{}) error {
	server := &http.Server{Handler: handler}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.ListenAndServe()
	}()
	select {
	case <-done:
		return nil
	case <-stop:
	}
	return server.Close()
}
