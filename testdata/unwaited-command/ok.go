package unwaitedcommand

import (
	"bytes"
	"context"
	"os"
	"os/exec"
)

func waited(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "true")
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Wait()
}

func waitedByGoroutine(ctx context.Context, done chan<- error) error {
	cmd := exec.CommandContext(ctx, "true")
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { done <- cmd.Wait() }()
	return nil
}

func returned(ctx context.Context) (*exec.Cmd, error) {
	cmd := exec.CommandContext(ctx, "true")
	return cmd, cmd.Start()
}

type service struct{ cmd *exec.Cmd }

func (s *service) start(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "true")
	s.cmd = cmd
	return cmd.Start()
}

// No goroutine comes with it.
func detached() error {
	cmd := exec.Command("true")
	cmd.Stdout = os.Stdout
	return cmd.Start()
}

// What copies ends with the process.
func copied() (*bytes.Buffer, error) {
	var out bytes.Buffer
	cmd := exec.Command("date")
	cmd.Stdout = &out
	return &out, cmd.Start()
}

func copiedAndLeft() error {
	var out bytes.Buffer
	cmd := exec.Command("date")
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		return err
	}
	return nil
}
