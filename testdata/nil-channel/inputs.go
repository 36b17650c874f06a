package nilchannel

import "errors"

var errRefused = errors.New("refused")

func refused() error { return errRefused }

func accepted() error { return nil }

func use(values ...int) {}
