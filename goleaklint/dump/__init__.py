"""Goroutine dumps: bytes -> goroutines, buckets. Knows no Go source and touches no disk."""
