package heldconnection

import (
	"context"
	"database/sql"
	"errors"
)

var errNegative = errors.New("negative")

func earlyReturn(ctx context.Context, db *sql.DB) (sum int, err error) {
	rows, err := db.QueryContext(ctx, "SELECT n FROM t") // want "GLK702 held-connection: rows is not closed on every path"
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, rows.Close()
}

func never(db *sql.DB) (bool, error) {
	rows, err := db.Query("SELECT 1") // want "GLK702 .* rows is never closed"
	if err != nil {
		return false, err
	}
	return rows.Next(), rows.Err()
}

func dropped(tx *sql.Tx) error {
	_, err := tx.Query("SELECT 1") // want "GLK702 .* the rows cannot be closed"
	return err
}

func transaction(ctx context.Context, db *sql.DB, n int) error {
	tx, err := db.BeginTx(ctx, nil) // want "GLK702 .* tx is not committed or rolled back on every path"
	if err != nil {
		return err
	}
	if n < 0 {
		return errNegative
	}
	if _, err := tx.Exec("UPDATE t SET n = ?", n); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit()
}

func conn(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx) // want "GLK702 .* conn is never closed"
	if err != nil {
		return err
	}
	return conn.PingContext(ctx)
}

// Rows that were read to their end are closed.
func readToTheEnd(db *sql.DB) (n int, err error) {
	rows, err := db.Query("SELECT 1") // low "GLK702 .* rows is never closed"
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}

type users struct{ db *sql.DB }

func (u *users) all(ctx context.Context) (*sql.Rows, error) {
	return u.db.QueryContext(ctx, "SELECT name FROM users")
}

func first(ctx context.Context, u *users) (name string, err error) {
	rows, err := u.all(ctx) // want "GLK702 .* rows is not closed on every path"
	if err != nil {
		return "", err
	}
	if !rows.Next() {
		return "", errNegative
	}
	if err := rows.Scan(&name); err != nil {
		return "", err
	}
	return name, rows.Close()
}

// A Conn does not end with the context that it was asked for with.
func pingedInTime(ctx context.Context, db *sql.DB) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	conn, err := db.Conn(inner) // want "GLK702"
	if err != nil {
		return err
	}
	return conn.PingContext(inner)
}
