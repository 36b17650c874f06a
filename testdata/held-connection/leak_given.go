package heldconnection

import (
	"context"
	"database/sql"
)

func names(rows *sql.Rows) (all []string, err error) {
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		all = append(all, name)
	}
	return all, rows.Err()
}

// Rows that are read to their end close themselves; the callee stops when a row cannot be read.
func scanned(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT name FROM t") // low "GLK702 .* rows is never closed"
	if err != nil {
		return nil, err
	}
	return names(rows)
}

func firstOf(rows *sql.Rows) (n int) {
	if rows.Next() {
		_ = rows.Scan(&n)
	}
	return n
}

func scannedOnce(db *sql.DB) (int, error) {
	rows, err := db.Query("SELECT n FROM t") // want "GLK702 .* rows is never closed"
	if err != nil {
		return 0, err
	}
	return firstOf(rows), nil
}

func insert(ctx context.Context, tx *sql.Tx, name string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO t VALUES (?)", name)
	return err
}

func inserted(ctx context.Context, db *sql.DB, name string) error {
	tx, err := db.BeginTx(ctx, nil) // want "GLK702 .* tx is not committed or rolled back on every path"
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, name); err != nil {
		return err
	}
	return tx.Commit()
}
