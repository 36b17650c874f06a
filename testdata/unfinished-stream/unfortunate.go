//go:build grpc

package unfinishedstream

import (
	"context"

	"google.golang.org/grpc"

	pb "goleaklint.test/testdata/events"
)

// The error of the acquisition and that of the end are asked for elsewhere.
func returned(conn *grpc.ClientConn) (*pb.Event, error) {
	client := pb.NewEventsClient(conn)
	stream, err := client.List(context.Background(), &pb.Request{}) // missed "GLK713"
	if err != nil {
		return nil, err
	}
	event, err := stream.Recv()
	return event, err
}
