package unclosedclient

import (
	"net/rpc"
	"testing"
)

func TestDial(t *testing.T) {
	client, err := rpc.Dial("tcp", "localhost:1") // low "GLK707"
	if err != nil {
		t.Skip(err)
	}
	var ok bool
	if err := client.Call("Server.Ready", 1, &ok); err != nil {
		t.Fatal(err)
	}
}
