package missingdialdeadline

import (
	"context"
	"net"
)

// The zero Dialer has no timeout either.
func zeroDialer(ctx context.Context, address string) (net.Conn, error) {
	var dialer net.Dialer
	return dialer.Dial("tcp", address) // missed "GLK602"
}
