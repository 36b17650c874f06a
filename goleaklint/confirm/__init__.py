"""Confirming findings by running the tests of their packages: copy, harness, run, judge."""
