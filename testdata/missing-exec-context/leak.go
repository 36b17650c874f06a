package missingexeccontext

import (
	"context"
	"net/http"
	"os/exec"
)

func version(ctx context.Context, tool string) ([]byte, error) {
	return exec.Command(tool, "--version").Output() // low "GLK604 missing-exec-context: Output waits for a command that has no context"
}

func configured(ctx context.Context, dir string) error {
	cmd := exec.Command("git", "gc") // low "GLK604 .* Run waits"
	cmd.Dir = dir
	return cmd.Run()
}

func startAndWait(w http.ResponseWriter, r *http.Request) {
	cmd := exec.Command("convert", "-") // want "GLK604 .* Wait waits"
	cmd.Stdin = r.Body
	cmd.Stdout = w
	if err := cmd.Start(); err != nil {
		return
	}
	_ = cmd.Wait()
}

// Only the caller waits: low confidence.
func alone(tool string) ([]byte, error) {
	return exec.Command(tool).CombinedOutput() // low "GLK604"
}
