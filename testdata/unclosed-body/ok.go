package unclosedbody

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"sync"
	"time"
)

func deferred(client *http.Client, request *http.Request) error {
	resp, err := client.Do(request)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return check(resp)
}

// The error of Close is dropped (rowserrcheck#16, sqlclosecheck#49).
func deferredLiteral(client *http.Client, request *http.Request) error {
	resp, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	return check(resp)
}

func deferredBefore(client *http.Client, request *http.Request) (err error) {
	var resp *http.Response
	defer func() {
		if resp != nil {
			resp.Body.Close()
		}
	}()
	resp, err = client.Do(request)
	if err != nil {
		return err
	}
	return check(resp)
}

func closeAll(c io.Closer, report func(error)) {
	if err := c.Close(); err != nil {
		report(err)
	}
}

func drain(body io.ReadCloser) {
	_, _ = io.Copy(io.Discard, body)
	body.Close()
}

// A helper that takes an io.Closer or an io.ReadCloser (bodyclose#80, sqlclosecheck#43).
func helpers(client *http.Client, request *http.Request, report func(error)) error {
	resp, err := client.Do(request)
	if err != nil {
		return err
	}
	defer closeAll(resp.Body, report)
	again, err := client.Do(request)
	if err != nil {
		return err
	}
	drain(again.Body)
	return nil
}

func release(resp *http.Response) { drain(resp.Body) }

func helperOfResponse(client *http.Client, request *http.Request) error {
	resp, err := client.Do(request)
	if err != nil {
		return err
	}
	defer release(resp)
	return check(resp)
}

// Another package's function may close it.
func handed(client *http.Client, request *http.Request, use func(*http.Response) error) error {
	resp, err := client.Do(request)
	if err != nil {
		return err
	}
	return use(resp)
}

func returned(client *http.Client, request *http.Request) (*http.Response, error) {
	resp, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	return resp, nil
}

func returnedBody(address string) (io.ReadCloser, error) {
	resp, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, errStatus
	}
	return resp.Body, nil
}

type page struct {
	resp  *http.Response
	lines *bufio.Reader
}

func (p *page) close() { p.resp.Body.Close() }

func stored(p *page, address string) error {
	resp, err := http.Get(address)
	if err != nil {
		return err
	}
	p.resp, p.lines = resp, bufio.NewReader(resp.Body)
	return nil
}

func storedAtOnce(p *page, address string) (err error) {
	p.resp, err = http.Get(address)
	return err
}

func literal(address string) (*page, error) {
	resp, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	return &page{resp: resp, lines: bufio.NewReader(resp.Body)}, nil
}

func sent(address string, pages chan<- io.ReadCloser) {
	resp, err := http.Get(address)
	if err != nil {
		return
	}
	pages <- resp.Body
}

func appended(addresses []string) (all []*http.Response) {
	for _, address := range addresses {
		resp, err := http.Get(address)
		if err != nil {
			continue
		}
		all = append(all, resp)
	}
	return all
}

func mapped(addresses []string) map[string]io.Closer {
	all := map[string]io.Closer{}
	for _, address := range addresses {
		resp, err := http.Get(address)
		if err != nil {
			continue
		}
		all[address] = resp.Body
	}
	return all
}

func kept(address string, cleanup *[]func() error) error {
	resp, err := http.Get(address)
	if err != nil {
		return err
	}
	*cleanup = append(*cleanup, resp.Body.Close)
	return nil
}

func closure(address string) (func(), error) {
	resp, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	return func() { resp.Body.Close() }, nil
}

func byGoroutine(address string, done <-chan struct{}) {
	resp, err := http.Get(address)
	if err != nil {
		return
	}
	go func() {
		defer resp.Body.Close()
		<-done
	}()
}

func copiedByGoroutine(address string, into io.Writer) {
	resp, err := http.Get(address)
	if err != nil {
		return
	}
	go io.Copy(into, resp.Body)
}

func asserted(address string) (io.Writer, error) {
	resp, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	writer, ok := resp.Body.(io.Writer)
	if !ok {
		resp.Body.Close()
		return nil, errStatus
	}
	return writer, nil
}

func addressTaken(address string, keep func(**http.Response)) error {
	resp, err := http.Get(address)
	keep(&resp)
	return err
}

func alias(address string) error {
	resp, err := http.Get(address)
	if err != nil {
		return err
	}
	body := resp.Body
	defer body.Close()
	return check(resp)
}

func onSuccess(address string) {
	if resp, err := http.Get(address); err == nil {
		resp.Body.Close()
	}
}

func ifNotNil(address string) error {
	resp, err := http.Get(address)
	if resp != nil {
		defer resp.Body.Close()
	}
	return err
}

func ifNil(address string) error {
	resp, _ := http.Get(address)
	if resp == nil || resp.Body == nil {
		return errStatus
	}
	return resp.Body.Close()
}

func kindsOfError(address string) error {
	resp, err := http.Get(address)
	if errors.Is(err, context.Canceled) {
		return nil
	} else if err == io.EOF {
		return errStatus
	}
	failed := err != nil
	if failed {
		return err
	}
	return resp.Body.Close()
}

func bySwitch(address string) error {
	resp, err := http.Get(address)
	switch {
	case err != nil:
		return err
	case resp.StatusCode == http.StatusNotFound:
		resp.Body.Close()
		return errStatus
	}
	return resp.Body.Close()
}

func bySwitchOfError(address string) error {
	resp, err := http.Get(address)
	switch err {
	case nil:
		return resp.Body.Close()
	default:
		return err
	}
}

func again(ctx context.Context, err error) (bool, error) {
	return err != nil && ctx.Err() == nil, err
}

// Whether to try again is asked of the error.
func asked(ctx context.Context, client *http.Client, request *http.Request) (bool, error) {
	resp, err := client.Do(request)
	retry, err := again(ctx, err)
	if retry {
		return true, err
	}
	if err != nil {
		return false, err
	}
	return false, resp.Body.Close()
}

func retriedClean(client *http.Client, request *http.Request) (resp *http.Response, err error) {
	for range 3 {
		resp, err = client.Do(request)
		if err == nil && resp.StatusCode < 500 {
			break
		}
		if err == nil {
			resp.Body.Close()
		}
	}
	return resp, err
}

func head(client *http.Client, address string) error {
	resp, err := client.Head(address)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodHead, address, nil)
	if err != nil {
		return err
	}
	other, err := client.Do(request)
	if err != nil {
		return err
	}
	if other.StatusCode != resp.StatusCode {
		return errStatus
	}
	return nil
}

func recorder(handler http.Handler, request *http.Request) int {
	writer := httptest.NewRecorder()
	handler.ServeHTTP(writer, request)
	resp := writer.Result()
	return resp.StatusCode
}

// A controller of a response that is being written has no body to close (bodyclose#63).
func controller(writer http.ResponseWriter) error {
	control := http.NewResponseController(writer)
	return control.Flush()
}

// The dump reads the body, closes it and puts a copy in its place.
func dumped(address string) ([]byte, error) {
	resp, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	return httputil.DumpResponse(resp, true)
}

func unowned(address string, group *sync.WaitGroup) error {
	resp, err := http.Get(address)
	if err != nil {
		panic(err)
	}
	group.Add(1)
	go func(body io.ReadCloser) {
		defer group.Done()
		body.Close()
	}(resp.Body)
	return nil
}

// Its callers get a response that is closed.
func closedAlready(address string) (*http.Response, error) {
	resp, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return resp, nil
}

func ofClosed(address string) (int, error) {
	resp, err := closedAlready(address)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func (a *api) send(method, address string) (*http.Response, error) {
	request, err := http.NewRequest(method, address, nil)
	if err != nil {
		return nil, err
	}
	return a.do(request)
}

func (a *api) exists(address string) bool {
	resp, err := a.send(http.MethodHead, address)
	return err == nil && resp.StatusCode == http.StatusOK
}

func ofHelperThatClosesOnFailureClosed(r *remote) (http.Header, error) {
	resp, err := r.open("/header")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return resp.Header, nil
}

func ofBodyClosed(address string, buffer []byte) (int, error) {
	page, err := body(address)
	if err != nil {
		return 0, err
	}
	defer page.Close()
	return page.Read(buffer)
}

// The body that its callers get is one that needs no closing.
func buffered(client *http.Client, address string) (io.ReadCloser, error) {
	resp, err := client.Get(address)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func ofBuffered(client *http.Client, address string, buffer []byte) (int, error) {
	page, err := buffered(client, address)
	if err != nil {
		return 0, err
	}
	return page.Read(buffer)
}

var listing = &job{
	name: "list",
	run: func() error {
		resp, err := http.DefaultClient.Do(&http.Request{})
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		return check(resp)
	},
}

// The end of the context closes the connection, whatever becomes of the body.
func statusInTime(ctx context.Context, client *http.Client, address string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func statusOfValue(ctx context.Context, client *http.Client, req *http.Request) (int, error) {
	inner, cancel := context.WithCancel(ctx)
	defer func() { cancel() }()
	named := context.WithValue(inner, key{}, "status")
	resp, err := client.Do(req.WithContext(named))
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

type key struct{}
