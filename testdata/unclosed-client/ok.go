package unclosedclient

import (
	"context"
	"database/sql"
	"net/rpc"
)

func deferred(ctx context.Context, address string) error {
	db, err := sql.Open("postgres", address)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.PingContext(ctx)
}

type store struct {
	db     *sql.DB
	client *rpc.Client
}

func open(address string) (*store, error) {
	db, err := sql.Open("postgres", address)
	if err != nil {
		return nil, err
	}
	client, err := rpc.Dial("tcp", address)
	if err != nil {
		db.Close()
		return nil, err
	}
	return &store{db: db, client: client}, nil
}

func closed(address string, clients chan<- *rpc.Client) error {
	client, err := rpc.Dial("tcp", address)
	if err != nil {
		return err
	}
	clients <- client
	return nil
}

type cache struct{ client *rpc.Client }

// The client that it gives is not the caller's to close.
func (c *cache) get(address string) (*rpc.Client, error) {
	if c.client != nil {
		return c.client, nil
	}
	client, err := rpc.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	c.client = client
	return client, nil
}

func ofCache(c *cache, address string) error {
	client, err := c.get(address)
	if err != nil {
		return err
	}
	return client.Call("Server.Stop", 1, nil)
}

func ofHelperClosed(s *service) error {
	client, err := s.dial()
	if err != nil {
		return err
	}
	defer client.Close()
	return client.Call("Server.Stop", 1, nil)
}
