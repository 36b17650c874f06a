package missinghttpdeadline

import (
	"context"
	"net/http"
	"time"
)

func withContext(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req)
}

// The context comes later (noctx#7, #10, #22).
func contextLater(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req = req.WithContext(ctx)
	return http.DefaultClient.Do(req)
}

func contextAtCall(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req.WithContext(ctx))
}

func clone(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	withCtx := req.Clone(ctx)
	return http.DefaultClient.Do(withCtx)
}

func timeout(ctx context.Context, address string) (*http.Response, error) {
	client := &http.Client{Timeout: time.Second}
	return client.Get(address)
}

var patient = http.Client{Timeout: time.Minute}

func sharedTimeout(ctx context.Context, address string) (*http.Response, error) {
	return patient.Get(address)
}

// The transport limits the wait for the headers.
func transport(ctx context.Context, address string) (*http.Response, error) {
	client := http.Client{Transport: &http.Transport{ResponseHeaderTimeout: time.Second, DisableKeepAlives: true}}
	return client.Get(address)
}

type fetcher struct{ client *http.Client }

// What the field holds is not known here.
func (f *fetcher) get(ctx context.Context, address string) (*http.Response, error) {
	return f.client.Get(address)
}

func parameter(ctx context.Context, client *http.Client, address string) (*http.Response, error) {
	return client.Get(address)
}

func given(ctx context.Context, req *http.Request) (*http.Response, error) {
	return http.DefaultClient.Do(req)
}

// A header has a method Get, too.
func header(ctx context.Context, h http.Header) string {
	return h.Get("Accept")
}
