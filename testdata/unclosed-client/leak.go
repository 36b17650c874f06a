package unclosedclient

import (
	"context"
	"database/sql"
	"net/rpc"
)

func never(ctx context.Context, address string) error {
	db, err := sql.Open("postgres", address) // want "GLK707 unclosed-client: db is never closed"
	if err != nil {
		return err
	}
	return db.PingContext(ctx)
}

func failed(address string) (*rpc.Client, error) {
	client, err := rpc.Dial("tcp", address) // want "GLK707 .* client is not closed on every path"
	if err != nil {
		return nil, err
	}
	var ok bool
	if err := client.Call("Server.Ready", 1, &ok); err != nil {
		return nil, err
	}
	return client, nil
}

type service struct{ address string }

func (s *service) dial() (*rpc.Client, error) {
	client, err := rpc.Dial("tcp", s.address)
	if err != nil {
		return nil, err
	}
	var ready bool
	if err := client.Call("Server.Ready", 1, &ready); err != nil {
		client.Close()
		return nil, err
	}
	return client, nil
}

func ofHelper(s *service) error {
	client, err := s.dial() // want "GLK707 .* client is never closed"
	if err != nil {
		return err
	}
	return client.Call("Server.Stop", 1, nil)
}
