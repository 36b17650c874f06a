package heldconnection

import (
	"context"
	"database/sql"
)

func statement(db *sql.DB, n int) error {
	insert, err := db.Prepare("INSERT INTO t VALUES (?)") // low "GLK702 held-connection: insert is never closed"
	if err != nil {
		return err
	}
	_, err = insert.Exec(n)
	return err
}

func statementOfConn(ctx context.Context, conn *sql.Conn, numbers []int) error {
	insert, err := conn.PrepareContext(ctx, "INSERT INTO t VALUES (?)") // low "GLK702 .* insert is not closed on every path"
	if err != nil {
		return err
	}
	for _, n := range numbers {
		if _, err := insert.ExecContext(ctx, n); err != nil {
			return err
		}
	}
	return insert.Close()
}

func statementDropped(db *sql.DB) error {
	_, err := db.Prepare("SELECT 1") // low "GLK702 .* the statement cannot be closed"
	return err
}
