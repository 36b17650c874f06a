package heldconnection

import (
	"context"
	"database/sql"
)

type rowCloser interface{ Close() error }

func shut(rows rowCloser) { _ = rows.Close() }

// A helper that takes *sql.Rows, or what has its Close (sqlclosecheck#43).
func byHelper(ctx context.Context, db *sql.DB) (int, error) {
	rows, err := db.QueryContext(ctx, "SELECT n FROM t")
	if err != nil {
		return 0, err
	}
	defer shut(rows)
	return firstOf(rows), nil
}

func end(tx *sql.Tx, err *error) {
	if *err != nil {
		_ = tx.Rollback()
		return
	}
	*err = tx.Commit()
}

func byDeferredHelper(ctx context.Context, db *sql.DB, name string) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer end(tx, &err)
	return insert(ctx, tx, name)
}

type session struct {
	tx   *sql.Tx
	rows map[string]*sql.Rows
}

func (s *session) begin(tx *sql.Tx)                 { s.tx = tx }
func (s *session) keep(name string, rows *sql.Rows) { s.rows[name] = rows }

func kept(ctx context.Context, db *sql.DB, s *session) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	s.begin(tx)
	rows, err := db.QueryContext(ctx, "SELECT n FROM t")
	if err != nil {
		return err
	}
	s.keep("t", rows)
	return nil
}
