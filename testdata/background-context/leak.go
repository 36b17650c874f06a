package backgroundcontext

import (
	"context"
	"net/http"
)

func get(ctx context.Context, name string) error { return ctx.Err() }

func load(ctx context.Context, names []string) error {
	for _, name := range names {
		if err := get(context.Background(), name); err != nil { // want "GLK503 background-context: context.Background is used although ctx is at hand"
			return err
		}
	}
	return nil
}

func serve(w http.ResponseWriter, r *http.Request) {
	if err := get(context.TODO(), r.URL.Path); err != nil { // want "GLK503 .* context.TODO is used although r is at hand"
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func literal(ctx context.Context, each func(func(string) error)) {
	each(func(name string) error {
		return get(context.Background(), name) // want "GLK503"
	})
}

func derived(ctx context.Context) error {
	inner, cancel := context.WithCancel(context.Background()) // want "GLK503"
	defer cancel()
	return get(inner, "")
}
