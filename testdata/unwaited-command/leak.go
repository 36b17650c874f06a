package unwaitedcommand

import (
	"context"
	"os/exec"
)

func never(ctx context.Context, file string) error {
	cmd := exec.CommandContext(ctx, "aplay", file)
	return cmd.Start() // want "GLK708 unwaited-command: cmd is never waited for"
}

func onePath(ctx context.Context, input []byte) error {
	cmd := exec.CommandContext(ctx, "cat")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil { // want "GLK708 .* cmd is not waited for on every path"
		return err
	}
	if _, err := stdin.Write(input); err != nil {
		return err
	}
	stdin.Close()
	return cmd.Wait()
}
