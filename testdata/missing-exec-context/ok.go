package missingexeccontext

import (
	"context"
	"os/exec"
	"syscall"
)

func withContext(ctx context.Context, tool string) ([]byte, error) {
	return exec.CommandContext(ctx, tool, "--version").Output()
}

// Killed by hand when the context ends.
func killed(ctx context.Context, tool string) error {
	cmd := exec.Command(tool)
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case <-ctx.Done():
		_ = cmd.Process.Kill()
		return <-done
	case err := <-done:
		return err
	}
}

// It dies with its parent.
func parentDeath(ctx context.Context, tool string) error {
	cmd := exec.Command(tool)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd.Run()
}

// A process that shall go on by itself.
func detached(ctx context.Context, tool string) error {
	return exec.Command(tool).Start()
}

func built(ctx context.Context, tool string) *exec.Cmd {
	return exec.Command(tool)
}

type step struct{}

func (step) Run() error { return nil }

func other(ctx context.Context, s step) error {
	return s.Run()
}
