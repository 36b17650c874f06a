package unclosedbody

import (
	"encoding/json"
	"io"
	"net/http"
)

func decodeAndClose(r *http.Response, into any) error {
	defer r.Body.Close()
	return json.NewDecoder(r.Body).Decode(into)
}

func closedByCallee(address string, into any) error {
	resp, err := http.Get(address)
	if err != nil {
		return err
	}
	return decodeAndClose(resp, into)
}

func ifAny(resp *http.Response) int {
	if resp == nil || resp.Body == nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// Where there is nothing to close, nothing is missed.
func closedByCalleeIfAny(address string) (int, error) {
	resp, err := http.Get(address)
	if err != nil {
		return 0, err
	}
	return ifAny(resp), nil
}

func result(resp *http.Response, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

// The callee gets the error with it.
func closedByCalleeUnlessFailed(address string) (int, error) {
	resp, err := http.Get(address)
	return result(resp, err)
}

func failed(resp *http.Response) error {
	if resp.StatusCode < 400 {
		return nil
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	return &answer{text: string(data)}
}

type answer struct{ text string }

func (a *answer) Error() string { return a.text }

// The callee closes what is bad, the caller what is good.
func shared(address string, into any) error {
	resp, err := http.Get(address)
	if err != nil {
		return err
	}
	if err := failed(resp); err != nil {
		return err
	}
	return decodeAndClose(resp, into)
}

func checked(resp *http.Response) (*http.Response, error) {
	if resp.StatusCode >= 400 {
		resp.Body.Close()
		return nil, errStatus
	}
	return resp, nil
}

// What the callee gives back is what it got.
func sameOne(address string) (*http.Response, error) {
	resp, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	return checked(resp)
}

type pages struct {
	open []*http.Response
	last io.Closer
	next chan *http.Response
}

func (p *pages) add(resp *http.Response)  { p.open = append(p.open, resp) }
func (p *pages) keep(body io.ReadCloser)  { p.last = body }
func (p *pages) send(resp *http.Response) { p.next <- resp }

func keptByCallee(p *pages, addresses [3]string) error {
	first, err := http.Get(addresses[0])
	if err != nil {
		return err
	}
	p.add(first)
	second, err := http.Get(addresses[1])
	if err != nil {
		return err
	}
	p.keep(second.Body)
	third, err := http.Get(addresses[2])
	if err != nil {
		return err
	}
	p.send(third)
	return nil
}

type user interface{ Use(*http.Response) error }

type looker struct{}
type closer struct{}

func (looker) Use(resp *http.Response) error { return nil }
func (closer) Use(resp *http.Response) error { return resp.Body.Close() }

func givenToInterface(u user, address string) error {
	resp, err := http.Get(address)
	if err != nil {
		return err
	}
	return u.Use(resp)
}

func closeEach(responses ...*http.Response) {
	for _, resp := range responses {
		resp.Body.Close()
	}
}

func variadic(address string) error {
	resp, err := http.Get(address)
	if err != nil {
		return err
	}
	closeEach(resp)
	return nil
}

func down(n int, resp *http.Response) int { return up(n, resp) }

func up(n int, resp *http.Response) int { return down(n-1, resp) }

func recursive(address string) (int, error) {
	resp, err := http.Get(address)
	if err != nil {
		return 0, err
	}
	return down(3, resp), nil
}

func literals(address string) (n int, err error) {
	shut := func(body io.Closer) { _ = body.Close() }
	resp, err := http.Get(address)
	if err != nil {
		return 0, err
	}
	defer shut(resp.Body)
	again, err := http.Get(address)
	if err != nil {
		return 0, err
	}
	defer func(body io.ReadCloser) { _ = body.Close() }(again.Body)
	return resp.StatusCode + again.StatusCode, nil
}

func replacedLiteral(address string, loud bool) error {
	shut := func(resp *http.Response) {}
	if loud {
		shut = func(resp *http.Response) { resp.Body.Close() }
	}
	resp, err := http.Get(address)
	if err != nil {
		return err
	}
	shut(resp)
	return nil
}

func readsInGoroutine(resp *http.Response, done chan<- error) {
	go func() {
		defer resp.Body.Close()
		_, err := io.Copy(io.Discard, resp.Body)
		done <- err
	}()
}

func spawned(address string, done chan error) error {
	resp, err := http.Get(address)
	if err != nil {
		return err
	}
	readsInGoroutine(resp, done)
	return <-done
}
