package missingsqlcontext

import (
	"context"
	"database/sql"
	"os/exec"
)

func withContext(ctx context.Context, db *sql.DB) (n int, err error) {
	err = db.QueryRowContext(ctx, "select count(*) from users").Scan(&n)
	return n, err
}

func transaction(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "delete from users"); err != nil {
		return err
	}
	return tx.Commit()
}

type engine struct{}

func (engine) Exec(query string) error { return nil }
func (engine) Ping() error             { return nil }

// Methods of the same names in other types.
func other(ctx context.Context, e engine, unknown interface{ Query(string) error }) error {
	if err := e.Ping(); err != nil {
		return err
	}
	if err := unknown.Query("x"); err != nil {
		return err
	}
	if err := exec.CommandContext(ctx, "true").Run(); err != nil {
		return err
	}
	return e.Exec("x")
}

// The inner db is no database.
func shadowed(ctx context.Context, db *sql.DB) error {
	if err := db.PingContext(ctx); err != nil {
		return err
	}
	{
		db := engine{}
		return db.Ping()
	}
}
