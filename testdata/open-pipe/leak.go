package openpipe

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os/exec"
)

var errEarly = errors.New("early")

func writerLeft(early bool, write func(io.Writer) error, read func(io.Reader) error) error {
	reader, writer := io.Pipe() // want "GLK706 open-pipe: reader is never closed"
	go func() {
		writer.CloseWithError(write(writer))
	}()
	if early {
		return errEarly
	}
	return read(reader)
}

func readerLeft(lines func(string)) error {
	reader, writer := io.Pipe() // want "GLK706 .* writer is never closed"
	go func() {
		scanner := bufio.NewScanner(reader)
		for scanner.Scan() {
			lines(scanner.Text())
		}
	}()
	_, err := io.WriteString(writer, "hello\n")
	return err
}

// A command does not close what it is lent.
func command(lines func(string)) error {
	reader, writer := io.Pipe() // want "GLK706 .* writer is never closed"
	go func() {
		scanner := bufio.NewScanner(reader)
		for scanner.Scan() {
			lines(scanner.Text())
		}
	}()
	cmd := exec.Command("date")
	cmd.Stdout = writer
	return cmd.Run()
}

func connection(serve func(net.Conn)) error {
	client, server := net.Pipe() // want "GLK706 .* client is never closed"
	go serve(server)
	_, err := client.Write([]byte("hello"))
	return err
}

func LeakWriter() {
	_ = writerLeft(true, func(w io.Writer) error { _, err := w.Write([]byte("x")); return err }, nil)
}

func LeakReader() { _ = readerLeft(func(string) {}) }

func LeakCommand() { _ = command(func(string) {}) }

// What was read may have been all.
func readOnce(write func(io.Writer) error) ([]byte, error) {
	reader, writer := io.Pipe() // low "GLK706 .* reader is never closed"
	go func() {
		writer.CloseWithError(write(writer))
	}()
	var b [8]byte
	n, err := reader.Read(b[:])
	return b[:n], err
}
