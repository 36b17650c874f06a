package forgottenfield

import "net/rpc"

// A closer of the package that nobody calls releases it.
type uncalled struct {
	remote *rpc.Client
	done   chan struct{}
}

func openUncalled(address string) (*uncalled, error) {
	remote, err := rpc.Dial("tcp", address) // missed "GLK712"
	if err != nil {
		return nil, err
	}
	return &uncalled{remote: remote, done: make(chan struct{})}, nil
}

func (u *uncalled) hangUp() { u.remote.Close() }

func (u *uncalled) Close() { close(u.done) }
