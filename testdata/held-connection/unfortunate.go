package heldconnection

import (
	"context"
	"database/sql"
)

func commitIf(tx *sql.Tx, err error) error {
	if err == nil {
		return tx.Commit()
	}
	return err
}

// The error that the callee asks for is taken for that of Begin.
func committed(ctx context.Context, db *sql.DB, name string) error {
	tx, err := db.BeginTx(ctx, nil) // missed "GLK702"
	if err != nil {
		return err
	}
	return commitIf(tx, insert(ctx, tx, name))
}
