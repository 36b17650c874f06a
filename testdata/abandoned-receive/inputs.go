package abandonedreceive

import "errors"

var errRefused = errors.New("refused")

func refused() error { return errRefused }

func accepted() error { return nil }

func double(n int) int { return 2 * n }

func use(values ...int) {}

var addresses = []string{"a", "b", "c"}
