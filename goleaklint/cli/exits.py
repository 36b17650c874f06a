"""What the exit code says. Nothing above 2."""

CLEAN = 0
FINDINGS = 1
BAD_USE = 2  # bad use, bad configuration, an internal error, or nothing that could be read
