package forgottenfield

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"net/rpc"
)

type store struct {
	db     *sql.DB
	remote *rpc.Client
	closed chan struct{}
}

func open(address string) (*store, error) {
	db, err := sql.Open("postgres", address)
	if err != nil {
		return nil, err
	}
	remote, err := rpc.Dial("tcp", address) // want "GLK712 forgotten-field: store.remote is not released by Close"
	if err != nil {
		db.Close()
		return nil, err
	}
	return &store{db: db, remote: remote, closed: make(chan struct{})}, nil
}

func (s *store) call() error { return s.remote.Call("Server.Ready", 1, nil) }

func (s *store) Close() error { return s.db.Close() }

type fake struct {
	server *httptest.Server
	other  *httptest.Server
	done   chan struct{}
}

func (f *fake) start(handler http.Handler) {
	f.server = httptest.NewServer(handler)
	f.other = httptest.NewServer(handler) // want "GLK712 .* fake.other is not released by stop"
}

func newFake(handler http.Handler) *fake {
	f := &fake{
		other: httptest.NewServer(handler), // want "GLK712 .* fake.other is not released by stop"
		done:  make(chan struct{}),
	}
	f.start(handler)
	return f
}

func (f *fake) stop() {
	close(f.done)
	f.server.Close()
}

type pool struct {
	db   *sql.DB
	done chan struct{}
}

func (p *pool) connect(address string) (err error) {
	p.db, err = sql.Open("postgres", address) // want "GLK712 .* pool.db is not released by Shutdown"
	return err
}

func (p *pool) Shutdown() { close(p.done) }
