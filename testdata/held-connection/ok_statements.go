package heldconnection

import (
	"context"
	"database/sql"
)

type statements struct{ insert *sql.Stmt }

func okKept(db *sql.DB) (*statements, error) {
	insert, err := db.Prepare("INSERT INTO t VALUES (?)")
	if err != nil {
		return nil, err
	}
	return &statements{insert: insert}, nil
}

func okClosed(ctx context.Context, db *sql.DB, n int) error {
	insert, err := db.PrepareContext(ctx, "INSERT INTO t VALUES (?)")
	if err != nil {
		return err
	}
	defer insert.Close()
	_, err = insert.ExecContext(ctx, n)
	return err
}

// The transaction closes it.
func okOfTx(tx *sql.Tx, n int) error {
	insert, err := tx.Prepare("INSERT INTO t VALUES (?)")
	if err != nil {
		return err
	}
	_, err = insert.Exec(n)
	return err
}
