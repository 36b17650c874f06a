package missingsqlcontext

import (
	"context"
	"database/sql"
)

type querier interface {
	Query(query string, args ...any) (*sql.Rows, error)
}

// The interface may well hold a database.
func behindInterface(ctx context.Context, q querier) (*sql.Rows, error) {
	return q.Query("select 1") // missed "GLK603"
}
