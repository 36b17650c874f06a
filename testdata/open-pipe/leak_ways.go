package openpipe

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

func onlyOnFailure(text *bytes.Buffer) (err error) {
	reader, writer := io.Pipe() // want "GLK706 .* writer is not closed on every path"
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	defer func() {
		if err != nil {
			writer.CloseWithError(err)
		}
	}()
	if err := dump(writer, text); err != nil {
		return err
	}
	return nil
}

func onlyOnSuccess(text *bytes.Buffer) (err error) {
	reader, writer := io.Pipe() // want "GLK706 .* writer is not closed on every path"
	defer func() {
		if err == nil {
			err = writer.Close()
		}
	}()
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	if err := dump(writer, text); err != nil {
		return errors.New("write: " + err.Error())
	}
	return nil
}

func notRequested(client *http.Client, address string, v any) error {
	reader, writer := io.Pipe() // want "GLK706 .* reader is not closed on every path"
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

func notSent(client *http.Client, address string, v any, sign func(*http.Header) error) error {
	reader, writer := io.Pipe() // want "GLK706 .* reader is not closed on every path"
	go func() {
		writer.CloseWithError(json.NewEncoder(writer).Encode(v))
	}()
	request, err := http.NewRequest(http.MethodPost, address, reader)
	if err != nil {
		reader.Close()
		return err
	}
	if err := sign(&request.Header); err != nil {
		return err
	}
	resp, err := client.Do(request)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func discard(in io.Reader) {
	go func() { _, _ = io.Copy(io.Discard, in) }()
}

func forCallee(text *bytes.Buffer) error {
	reader, writer := io.Pipe() // want "GLK706 .* writer is not closed on every path"
	discard(reader)
	if err := dump(writer, text); err != nil {
		return err
	}
	return writer.Close()
}

type counter struct {
	in    io.Reader
	bytes int64
}

func count(in io.Reader) *counter {
	c := &counter{in: in}
	go c.run()
	return c
}

func (c *counter) run() { c.bytes, _ = io.Copy(io.Discard, c.in) }

func forStruct(text *bytes.Buffer) (*counter, error) {
	reader, writer := io.Pipe() // want "GLK706 .* writer is not closed on every path"
	c := count(reader)
	if err := dump(writer, text); err != nil {
		return nil, err
	}
	return c, writer.Close()
}

func dump(out io.Writer, text *bytes.Buffer) error {
	_, err := text.WriteTo(out)
	return err
}

// dump cannot close what it is given.
func lent(text *bytes.Buffer) error {
	reader, writer := io.Pipe() // want "GLK706 .* writer is never closed"
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	return dump(writer, text)
}

// Nor can a function of this type, as far as its type says.
func lentToUnknown(write func(io.Writer) error) error {
	reader, writer := io.Pipe() // low "GLK706 .* writer is never closed"
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	return write(writer)
}

type sink interface{ fill(io.Writer) error }

func lentToInterface(s sink) error {
	reader, writer := io.Pipe() // low "GLK706 .* writer is never closed"
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	return s.fill(writer)
}
