"""goleaklint finds goroutine leaks in Go source and ties them to goroutine dumps."""

__version__ = "0.1.0"
