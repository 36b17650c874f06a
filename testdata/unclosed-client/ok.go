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
