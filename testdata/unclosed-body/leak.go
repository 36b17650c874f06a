package unclosedbody

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

var errStatus = errors.New("status")

func never(client *http.Client, address string, into any) error {
	resp, err := client.Get(address) // want "GLK701 unclosed-body: resp.Body is never closed"
	if err != nil {
		return err
	}
	if resp.ContentLength > 1<<20 {
		return errStatus
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

func earlyReturn(address string, into any) error {
	resp, err := http.Get(address) // want "GLK701 .* resp.Body is not closed on every path"
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errStatus
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(into)
}

func dropped(client *http.Client, request *http.Request) error {
	_, err := client.Do(request) // want "GLK701 .* the response is dropped"
	return err
}

func droppedStatement(address string) {
	http.Post(address, "text/plain", nil) // want "GLK701 .* the response is dropped"
}

// Each answer that is not the wanted one is overwritten by the next.
func retried(client *http.Client, request *http.Request) (*http.Response, error) {
	for {
		resp, err := client.Do(request) // want "GLK701 .* on every path through the loop"
		if err != nil {
			return nil, err
		}
		if resp.StatusCode == http.StatusOK {
			return resp, nil
		}
	}
}

func replaced(address, other string) error {
	resp, err := http.Get(address) // want "GLK701 .* resp.Body is overwritten before it is closed"
	if err != nil {
		return err
	}
	resp, err = http.Get(other)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// The second error says nothing of the first call.
func secondError(transport http.RoundTripper, request *http.Request, use func() error) error {
	resp, err := transport.RoundTrip(request) // want "GLK701 .* resp.Body is not closed on every path"
	if err != nil {
		return err
	}
	err = use()
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func check(resp *http.Response) error {
	if resp.StatusCode >= 400 {
		return errStatus
	}
	return nil
}

// What the helper does is in view, and it closes nothing.
func helped(address string) error {
	resp, err := http.Get(address) // want "GLK701 .* resp.Body is not closed on every path"
	if err != nil {
		return err
	}
	if err := check(resp); err != nil {
		return err
	}
	return resp.Body.Close()
}

func inGoroutine(address string, results chan<- int) {
	go func() {
		resp, err := http.Get(address) // want "GLK701 .* resp.Body is never closed"
		if err != nil {
			results <- 0
			return
		}
		results <- resp.StatusCode
	}()
}

// The reader cannot close what it reads.
func wrapped(address string) (io.Reader, error) {
	resp, err := http.Get(address) // want "GLK701 .* resp.Body is never closed"
	if err != nil {
		return nil, err
	}
	return io.LimitReader(resp.Body, 1<<20), nil
}

func decoded(address string, into any) error {
	resp, err := http.Get(address) // low "GLK701 .* resp.Body is never closed"
	if err != nil {
		return err
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// Read to its end, it lets the connection go.
func readAll(address string) ([]byte, error) {
	resp, err := http.Get(address) // low "GLK701 .* resp.Body is never closed"
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(resp.Body, 1<<20))
}

type api struct{ client *http.Client }

func (a *api) do(request *http.Request) (*http.Response, error) {
	request.Header.Set("Accept", "application/json")
	return a.client.Do(request)
}

func (a *api) get(address string) (*http.Response, error) {
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return a.do(request)
}

// What the package's own function returns is fresh.
func (a *api) status(address string) (int, error) {
	resp, err := a.get(address) // want "GLK701 .* resp.Body is never closed"
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func statusOfSlow(ctx context.Context, client *http.Client, req *http.Request, isSlow bool) (int, error) {
	if isSlow {
		inner, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		ctx = inner
	}
	resp, err := client.Do(req.WithContext(ctx)) // want "GLK701"
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func statusBeforeCancel(ctx context.Context, client *http.Client, req *http.Request) (int, error) {
	inner, cancel := context.WithCancel(ctx)
	resp, err := client.Do(req.WithContext(inner)) // want "GLK701"
	if err != nil {
		cancel()
		return 0, err
	}
	stop = cancel
	return resp.StatusCode, nil
}

var stop context.CancelFunc
