package transportpercall

import (
	"crypto/tls"
	"net/http"
	"time"
)

func inClient(request *http.Request, config *tls.Config) error {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config}} // want "GLK710 transport-per-call: each call makes a transport"
	resp, err := client.Do(request)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func variable(address string, config *tls.Config) error {
	transport := &http.Transport{TLSClientConfig: config} // want "GLK710 .* with transport"
	client := http.Client{Transport: transport}
	client.Timeout = time.Second
	resp, err := client.Get(address)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
