package unclosedbody

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

func status(resp *http.Response) int { return resp.StatusCode }

func report(resp *http.Response) string { return fmt.Sprint(status(resp), resp.Header.Get("Server")) }

// Two functions look at it, and none closes it.
func looked(address string) (string, error) {
	resp, err := http.Get(address) // want "GLK701 .* resp.Body is never closed"
	if err != nil {
		return "", err
	}
	return report(resp), nil
}

func decode(r *http.Response, into any) error { return json.NewDecoder(r.Body).Decode(into) }

// The decoder reads to the end.
func decodedByCallee(address string, into any) error {
	resp, err := http.Get(address) // low "GLK701 .* resp.Body is never closed"
	if err != nil {
		return err
	}
	return decode(resp, into)
}

func ofLiteral(address string) (int, error) {
	length := func(resp *http.Response) int { return len(resp.Header) }
	resp, err := http.Get(address) // want "GLK701 .* resp.Body is never closed"
	if err != nil {
		return 0, err
	}
	return length(resp), nil
}

func calledAtOnce(address string) (n int, err error) {
	resp, err := http.Get(address) // want "GLK701 .* resp.Body is never closed"
	if err != nil {
		return 0, err
	}
	func(header http.Header, body io.Reader) {
		n = len(header)
	}(resp.Header, resp.Body)
	return n, nil
}

var errLarge = errors.New("large")

func readSmall(resp *http.Response) ([]byte, error) {
	if resp.ContentLength > 1<<20 {
		return nil, errLarge
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// What the callee does on its other path is what is missing.
func closedOnSomePath(address string) ([]byte, error) {
	resp, err := http.Get(address) // low "GLK701 .* resp.Body is not closed on every path"
	if err != nil {
		return nil, err
	}
	return readSmall(resp)
}

func closeIfAny(body io.Closer, any bool) {
	if any {
		body.Close()
	}
}

func closedOnSomePathDeferred(address string, any bool) (int, error) {
	resp, err := http.Get(address) // low "GLK701 .* resp.Body is not closed on every path"
	if err != nil {
		return 0, err
	}
	defer closeIfAny(resp.Body, any)
	return status(resp), nil
}
