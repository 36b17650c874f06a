//go:build grpc

package unfinishedstream

import (
	"context"
	"errors"
	"io"

	"google.golang.org/grpc"

	pb "goleaklint.test/testdata/events"
)

var errBad = errors.New("bad")

func one(conn *grpc.ClientConn) (*pb.Event, error) {
	client := pb.NewEventsClient(conn)
	stream, err := client.List(context.Background(), &pb.Request{}) // want "GLK713 unfinished-stream: stream is never read to its end"
	if err != nil {
		return nil, err
	}
	event, err := stream.Recv()
	if err != nil {
		return nil, err
	}
	return event, nil
}

func stopsEarly(conn *grpc.ClientConn) error {
	ctx := context.Background()
	stream, err := pb.NewEventsClient(conn).List(ctx, &pb.Request{}) // want "GLK713"
	if err != nil {
		return err
	}
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if event.Bad {
			return errBad
		}
	}
}

func ofType(client pb.EventsClient) (bool, error) {
	stream, err := client.List(context.Background(), &pb.Request{}) // low "GLK713"
	if err != nil {
		return false, err
	}
	event, err := stream.Recv()
	if err != nil {
		return false, err
	}
	return event.Bad, nil
}
