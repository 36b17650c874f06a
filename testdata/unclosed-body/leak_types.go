package unclosedbody

import (
	"errors"
	"io"
	"net/http"
	"time"
)

type doer interface {
	Do(*http.Request) (*http.Response, error)
}

type remote struct {
	base  string
	inner *http.Client
	doer  doer
}

func (r *remote) client() *http.Client { return r.inner }

func newRemote(base string) *remote { return &remote{base: base, inner: http.DefaultClient} }

func (r *remote) with(client *http.Client) *remote {
	r.inner = client
	return r
}

func (r *remote) open(path string) (*http.Response, error) {
	resp, err := r.client().Get(r.base + path)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, errors.New(resp.Status)
	}
	return resp, nil
}

func ofMethodsResult(r *remote) error {
	resp, err := r.client().Get(r.base) // want "GLK701 .* resp.Body is never closed"
	if err != nil {
		return err
	}
	return check(resp)
}

func ofHelperThatClosesOnFailure(r *remote) (http.Header, error) {
	resp, err := r.open("/header") // want "GLK701 .* resp.Body is never closed"
	if err != nil {
		return nil, err
	}
	return resp.Header, nil
}

func ofChain(base string, client *http.Client) error {
	resp, err := newRemote(base).with(client).open("/") // want "GLK701 .* resp.Body is never closed"
	if err != nil {
		return err
	}
	return check(resp)
}

func ofInterface(r *remote, request *http.Request) error {
	resp, err := r.doer.Do(request) // want "GLK701 .* resp.Body is never closed"
	if err != nil {
		return err
	}
	return check(resp)
}

func elseIf(address string) (io.ReadCloser, error) {
	resp, err := http.Get(address) // want "GLK701 .* resp.Body is not closed on every path"
	if err != nil {
		return nil, err
	} else if resp.StatusCode != http.StatusOK {
		return nil, errors.New(resp.Status)
	}
	return resp.Body, nil
}

func onlyTheLast(address string) (resp *http.Response, err error) {
	for range 3 {
		resp, err = http.Get(address) // want "GLK701 .* resp.Body is not closed on every path through the loop"
		if err == nil && resp.StatusCode == http.StatusOK {
			return resp, nil
		}
		time.Sleep(time.Second)
	}
	return nil, err
}

type job struct {
	name string
	run  func() error
}

func jobs(address string) []job {
	return []job{{name: "load", run: func() error {
		resp, err := http.Get(address) // want "GLK701 .* resp.Body is never closed"
		if err != nil {
			return err
		}
		return check(resp)
	}}}
}

var loading = &job{
	name: "load",
	run: func() error {
		resp, err := http.Get("http://localhost") // want "GLK701 .* resp.Body is never closed"
		if err != nil {
			return err
		}
		return check(resp)
	},
}

func body(address string) (io.ReadCloser, error) {
	resp, err := http.DefaultClient.Get(address)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, errors.New(resp.Status)
	}
	return resp.Body, nil
}

func ofBody(address string, buffer []byte) (int, error) {
	page, err := body(address) // want "GLK701 .* page is never closed"
	if err != nil {
		return 0, err
	}
	return page.Read(buffer)
}
