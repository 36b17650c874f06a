package missinghttpdeadline

import (
	"context"
	"net/http"
)

// A context that never ends is as good as none.
func endless(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req) // missed "GLK601"
}
