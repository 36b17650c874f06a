package openpipe

import (
	"encoding/json"
	"io"
	"net/http"
)

func OkClosed() {
	reader, writer := io.Pipe()
	defer reader.Close()
	go func() {
		_, err := writer.Write([]byte("hello"))
		writer.CloseWithError(err)
	}()
}

func OkWriterClosed() {
	reader, writer := io.Pipe()
	go io.Copy(io.Discard, reader)
	defer writer.Close()
	_, _ = io.WriteString(writer, "hello")
}

func OkDrainedByGoroutine() {
	reader, writer := io.Pipe()
	go func() {
		defer writer.Close()
		_, _ = io.WriteString(writer, "hello")
	}()
	go io.Copy(io.Discard, reader)
}

func generator(v any) io.ReadCloser {
	reader, writer := io.Pipe()
	go func() {
		writer.CloseWithError(json.NewEncoder(writer).Encode(v))
	}()
	return reader
}

// The client closes the body of the request, whatever becomes of it.
func posted(client *http.Client, address string, v any) error {
	reader, writer := io.Pipe()
	go func() {
		writer.CloseWithError(json.NewEncoder(writer).Encode(v))
	}()
	request, err := http.NewRequest(http.MethodPost, address, reader)
	if err != nil {
		return err
	}
	resp, err := client.Do(request)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Nobody waits yet.
func OkBeforeGoroutine() {
	reader, writer := io.Pipe()
	if reader == nil {
		return
	}
	go func() { writer.Close() }()
}

func serve(in io.Reader, done chan<- struct{}) {
	go func() {
		_, _ = io.Copy(io.Discard, in)
		close(done)
	}()
}

// The other goroutine was started before.
func OkPartnerBefore() {
	reader, writer := io.Pipe()
	done := make(chan struct{})
	serve(reader, done)
	go func() {
		_, _ = io.WriteString(writer, "hello")
		writer.Close()
	}()
	<-done
}

// The first goroutine only closes what there may be, and the second one closes its end.
func OkStartedBefore() {
	var reader *io.PipeReader
	var writer *io.PipeWriter
	done, read := make(chan struct{}), make(chan struct{})
	go func() {
		<-done
		if reader != nil {
			reader.CloseWithError(io.ErrClosedPipe)
		}
	}()
	reader, writer = io.Pipe()
	go func() {
		_, _ = io.WriteString(writer, "hello")
		writer.Close()
	}()
	go func() {
		_, _ = io.Copy(io.Discard, reader)
		close(read)
	}()
	<-read
	close(done)
}
