package transportpercall

import (
	"context"
	"net/http"
	"time"
)

var shared = &http.Client{Transport: &http.Transport{}}

func closed(request *http.Request) error {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: time.Second}
	resp, err := client.Do(request)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func withoutKeepAlive(request *http.Request) error {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(request)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func setLater(request *http.Request) error {
	transport := &http.Transport{}
	transport.DisableKeepAlives = true
	client := &http.Client{Transport: transport}
	resp, err := client.Do(request)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func endsByItself(ctx context.Context, address string) error {
	client := &http.Client{Transport: &http.Transport{IdleConnTimeout: time.Minute}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(request)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

type service struct{ client *http.Client }

func newService() *service {
	client := &http.Client{Transport: &http.Transport{}}
	return &service{client: client}
}

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{}}
}

func warmed(request *http.Request) (*http.Client, error) {
	client := &http.Client{Transport: &http.Transport{}}
	resp, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	return client, resp.Body.Close()
}

// The connection is closed with the answer.
func okClosedByRequest(request *http.Request) error {
	client := &http.Client{Transport: &http.Transport{}}
	request.Close = true
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

func okClosedByHeader(request *http.Request) error {
	client := &http.Client{Transport: &http.Transport{}}
	request.Header.Set("Connection", "close")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}
