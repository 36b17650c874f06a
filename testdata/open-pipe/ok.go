package openpipe

import (
	"bufio"
	"encoding/json"
	"errors"
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
		reader.Close()
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

// The writer is closed either way.
func deferredEitherWay(write func(io.Writer) error) (err error) {
	reader, writer := io.Pipe()
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	defer func() {
		if err != nil {
			writer.CloseWithError(err)
		}
	}()
	if err := write(writer); err != nil {
		return err
	}
	return writer.Close()
}

// Whoever gets the writer closes it.
func deferredForFailures(write func(io.Writer) error) (out io.WriteCloser, err error) {
	reader, writer := io.Pipe()
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	defer func() {
		if err != nil {
			writer.Close()
		}
	}()
	if err := write(writer); err != nil {
		return nil, err
	}
	return writer, nil
}

// What is returned in the end may be an error.
func deferredForTheLast(write func(io.Writer) error, finish func() error) (err error) {
	reader, writer := io.Pipe()
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	defer func() {
		if err == nil {
			err = writer.Close()
		} else {
			writer.CloseWithError(err)
		}
	}()
	if err := write(writer); err != nil {
		return err
	}
	return finish()
}

func lines(in io.Reader, out chan<- string) {
	go func() {
		scanner := bufio.NewScanner(in)
		for scanner.Scan() {
			out <- scanner.Text()
		}
	}()
}

func closedForLines(write func(io.Writer), out chan string) {
	reader, writer := io.Pipe()
	lines(reader, out)
	write(writer)
	writer.Close()
}

func fill(out io.Writer, text string) error {
	_, err := io.WriteString(out, text)
	if closer, ok := out.(io.Closer); ok {
		return errors.Join(err, closer.Close())
	}
	return err
}

// fill closes what can be closed.
func filled(text string) error {
	reader, writer := io.Pipe()
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	return fill(writer, text)
}
