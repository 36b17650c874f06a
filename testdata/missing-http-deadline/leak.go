package missinghttpdeadline

import (
	"context"
	"net/http"
	"strings"
)

func simple(ctx context.Context, address string) (*http.Response, error) {
	return http.Get(address) // want "GLK601 missing-http-deadline: http.Get has neither a timeout nor a context"
}

func inHandler(w http.ResponseWriter, r *http.Request) {
	resp, err := http.Post("http://peer/", "text/plain", strings.NewReader("x")) // want "GLK601 .* http.Post"
	if err != nil {
		return
	}
	defer resp.Body.Close()
}

func inGoroutine(addresses []string) {
	for _, address := range addresses {
		go func() {
			resp, err := http.Head(address) // want "GLK601"
			if err == nil {
				resp.Body.Close()
			}
		}()
	}
}

func ownClient(ctx context.Context, address string) (*http.Response, error) {
	client := &http.Client{CheckRedirect: nil}
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "*/*")
	return client.Do(req) // want "GLK601 .* client.Do"
}

func defaultClient(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req) // want "GLK601 .* http.DefaultClient.Do"
}

// Only the caller waits: low confidence.
func alone(address string) (*http.Response, error) {
	return http.Get(address) // low "GLK601"
}

var shared = &http.Client{}

// The client is a variable of the package.
func sharedClient(ctx context.Context, address string) (*http.Response, error) {
	return shared.Get(address) // want "GLK601 .* shared.Get"
}
