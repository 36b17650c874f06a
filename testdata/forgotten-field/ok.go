package forgottenfield

import (
	"database/sql"
	"errors"
	"net/rpc"
)

type both struct {
	db     *sql.DB
	remote *rpc.Client
}

func openBoth(address string) (*both, error) {
	db, err := sql.Open("postgres", address)
	if err != nil {
		return nil, err
	}
	remote, err := rpc.Dial("tcp", address)
	if err != nil {
		db.Close()
		return nil, err
	}
	return &both{db: db, remote: remote}, nil
}

func (b *both) Close() error { return errors.Join(b.remote.Close(), b.db.Close()) }

// The loop that stops when it is told closes the client.
type looped struct {
	remote *rpc.Client
	done   chan struct{}
}

func openLooped(address string) (*looped, error) {
	remote, err := rpc.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	l := &looped{remote: remote, done: make(chan struct{})}
	go l.run()
	return l, nil
}

func (l *looped) run() {
	defer l.remote.Close()
	<-l.done
}

func (l *looped) Close() { close(l.done) }

// Whoever gets the client can close it.
type lender struct {
	remote *rpc.Client
	done   chan struct{}
}

func openLender(address string) (*lender, error) {
	remote, err := rpc.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &lender{remote: remote, done: make(chan struct{})}, nil
}

func (l *lender) Client() *rpc.Client { return l.remote }

func (l *lender) Close() { close(l.done) }

// The goroutine that watches it has the client, too.
type watched struct {
	remote *rpc.Client
	done   chan struct{}
}

func openWatched(address string) (*watched, error) {
	remote, err := rpc.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	w := &watched{remote: remote, done: make(chan struct{})}
	go func() {
		<-w.done
		remote.Close()
	}()
	return w, nil
}

func (w *watched) Close() { close(w.done) }

// The client is somebody else's.
type borrowed struct {
	remote *rpc.Client
	done   chan struct{}
}

func borrow(remote *rpc.Client) *borrowed {
	return &borrowed{remote: remote, done: make(chan struct{})}
}

func (b *borrowed) Close() { close(b.done) }

// Its methods pass the client on to a helper that closes it.
type helped struct {
	remote *rpc.Client
	done   chan struct{}
}

func openHelped(address string) (*helped, error) {
	remote, err := rpc.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &helped{remote: remote, done: make(chan struct{})}, nil
}

func quiet(close func() error) { _ = close() }

func (h *helped) Close() {
	close(h.done)
	quiet(h.remote.Close)
}
