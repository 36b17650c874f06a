package missingdialdeadline

import (
	"context"
	"fmt"
	"net"
	"time"
)

func withTimeout(ctx context.Context, address string) (net.Conn, error) {
	return net.DialTimeout("tcp", address, time.Second)
}

func withContext(ctx context.Context, address string) (net.Conn, error) {
	var dialer net.Dialer
	return dialer.DialContext(ctx, "tcp", address)
}

func dialerTimeout(ctx context.Context, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: time.Second}
	return dialer.Dial("tcp", address)
}

// It connects or fails at once.
func unix(ctx context.Context, path string) (net.Conn, error) {
	return net.Dial("unix", path)
}

func datagram(ctx context.Context, address string) (net.Conn, error) {
	return net.Dial("udp", address)
}

func unixCallback(path string) func(context.Context, string, string) (net.Conn, error) {
	network := "unix"
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return net.Dial(network, path)
	}
}

// This machine answers or refuses.
func local(ctx context.Context, port int) (net.Conn, error) {
	return net.Dial("tcp4", fmt.Sprintf("localhost:%d", port))
}

func loopback(ctx context.Context, port string) (net.Conn, error) {
	return net.Dial("tcp", net.JoinHostPort("127.0.0.1", port))
}

type pool struct{}

func (pool) Dial(network, address string) (net.Conn, error) { return nil, nil }

// A Dial of somebody else.
func other(ctx context.Context, p pool, address string) (net.Conn, error) {
	return p.Dial("tcp", address)
}
