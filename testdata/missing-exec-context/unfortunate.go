package missingexeccontext

import (
	"context"
	"os/exec"
)

func build() *exec.Cmd { return exec.Command("sleep", "1000") }

// Built in another function.
func elsewhere(ctx context.Context) error {
	return build().Run() // missed "GLK604"
}
