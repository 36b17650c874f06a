package heldconnection

import (
	"context"
	"database/sql"
	"io"
	"time"
)

func deferred(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT 1")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
	}
	return rows.Err()
}

func closeRows(rows *sql.Rows) { rows.Close() }

func closeAny(c io.Closer) { _ = c.Close() }

// A helper that takes *sql.Rows (sqlclosecheck#43), or an io.Closer.
func helpers(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT 1")
	if err != nil {
		return err
	}
	defer closeRows(rows)
	more, err := db.QueryContext(ctx, "SELECT 2")
	if err != nil {
		return err
	}
	defer closeAny(more)
	return rows.Err()
}

func returned(ctx context.Context, db *sql.DB) (*sql.Rows, error) {
	rows, err := db.QueryContext(ctx, "SELECT 1")
	if err == sql.ErrNoRows {
		return nil, nil
	}
	return rows, err
}

func rolledBackOnError(ctx context.Context, db *sql.DB, n int) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tx.Rollback()
		}
	}()
	if n < 0 {
		return errNegative
	}
	return tx.Commit()
}

func rolledBack(ctx context.Context, db *sql.DB, n int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if n < 0 {
		return errNegative
	}
	return tx.Commit()
}

type store struct{ tx *sql.Tx }

func (s *store) begin(db *sql.DB) (err error) {
	s.tx, err = db.Begin()
	return err
}

func (s *store) end() error { return s.tx.Commit() }

func inTransaction(db *sql.DB, do func(*sql.Tx) error) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	return do(tx)
}

func firstInTime(ctx context.Context, db *sql.DB) (name string, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	rows, err := db.QueryContext(ctx, "SELECT name FROM users")
	if err != nil {
		return "", err
	}
	if rows.Next() {
		err = rows.Scan(&name)
	}
	return name, err
}

func triedInTime(ctx context.Context, db *sql.DB, do func(*sql.Tx)) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	tx, err := db.BeginTx(inner, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(inner, "UPDATE users SET seen = true")
	return err
}
