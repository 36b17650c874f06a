package missingsqlcontext

import (
	"context"
	"database/sql"
	"net/http"
)

func count(ctx context.Context, db *sql.DB) (n int, err error) {
	err = db.QueryRow("select count(*) from users").Scan(&n) // want "GLK603 missing-sql-context: QueryRow has no context"
	return n, err
}

type store struct {
	db *sql.DB
}

func (s *store) rename(ctx context.Context, from, to string) error {
	tx, err := s.db.Begin() // want "GLK603 .* Begin has no context"
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec("update users set name = ? where name = ?", to, from); err != nil { // want "GLK603 .* Exec"
		return err
	}
	return tx.Commit()
}

func (s *store) health(w http.ResponseWriter, r *http.Request) {
	if err := s.db.Ping(); err != nil { // want "GLK603 .* Ping"
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func prepared(ctx context.Context, db *sql.DB) error {
	stmt, err := db.PrepareContext(ctx, "delete from users")
	if err != nil {
		return err
	}
	defer stmt.Close()
	_, err = stmt.Exec() // want "GLK603"
	return err
}

func opened(ctx context.Context, dsn string) error {
	db, err := sql.Open("driver", dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Ping() // want "GLK603"
}

// Only the caller waits: low confidence.
func alone(db *sql.DB) error {
	_, err := db.Exec("vacuum") // low "GLK603"
	return err
}
