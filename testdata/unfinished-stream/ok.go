//go:build grpc

package unfinishedstream

import (
	"context"
	"io"

	"google.golang.org/grpc"

	pb "goleaklint.test/testdata/events"
)

func all(conn *grpc.ClientConn) (n int, err error) {
	stream, err := pb.NewEventsClient(conn).List(context.Background(), &pb.Request{})
	if err != nil {
		return 0, err
	}
	for {
		_, err := stream.Recv()
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		n++
	}
}

func bySwitch(conn *grpc.ClientConn) error {
	stream, err := pb.NewEventsClient(conn).List(context.Background(), &pb.Request{})
	if err != nil {
		return err
	}
	for {
		_, err := stream.Recv()
		switch err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}

func cancelled(parent context.Context, conn *grpc.ClientConn) (*pb.Event, error) {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	stream, err := pb.NewEventsClient(conn).List(ctx, &pb.Request{})
	if err != nil {
		return nil, err
	}
	return stream.Recv()
}

func uploaded(conn *grpc.ClientConn, events []*pb.Event) error {
	stream, err := pb.NewEventsClient(conn).Upload(context.Background())
	if err != nil {
		return err
	}
	for _, event := range events {
		if err := stream.Send(event); err != nil {
			break
		}
	}
	_, err = stream.CloseAndRecv()
	return err
}

func closed(address string) (*pb.Event, error) {
	conn, err := grpc.NewClient(address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stream, err := pb.NewEventsClient(conn).List(context.Background(), &pb.Request{})
	if err != nil {
		return nil, err
	}
	event, err := stream.Recv()
	if err != nil {
		return nil, err
	}
	return event, nil
}

func handed(conn *grpc.ClientConn) (pb.Events_ListClient, error) {
	stream, err := pb.NewEventsClient(conn).List(context.Background(), &pb.Request{})
	if err != nil {
		return nil, err
	}
	return stream, nil
}
