package backgroundcontext

import "context"

// The variable in between hides it.
func variable(ctx context.Context) error {
	fresh := context.Background()
	return get(fresh, "") // missed "GLK503"
}
