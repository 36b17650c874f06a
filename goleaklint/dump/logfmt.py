"""Lines of logfmt (`time=... level=error msg="goroutine 1 [running]:\\n..."`), as logrus and slog write them."""

from __future__ import annotations

import re

from goleaklint.dump.state import unquote

_PAIR = re.compile(rb'([^\s="{}]+)=(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s"]*))(?:\s+|$)', re.DOTALL)
_FEWEST = 2  # pairs; `main.f(x=1)` or `a=b` alone says nothing


def record(line: bytes) -> dict[str, object] | None:
    """The values of the line by their keys; None for a line that is anything else."""
    line = line.strip()
    values: dict[str, object] = {}
    at = 0
    while at < len(line):
        pair = _PAIR.match(line, at)
        if pair is None:
            return None
        quoted = pair[2] is not None
        text = (pair[2] if quoted else pair[3]).decode("utf-8", "replace")
        values[pair[1].decode("utf-8", "replace")] = unquote(text) if quoted else text
        at = pair.end()
    return values if len(values) >= _FEWEST else None
