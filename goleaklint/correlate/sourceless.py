"""Dumps with no Go source beside them: nothing can be placed, and nothing that reads Go is loaded for it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from goleaklint.dump.account import Account, Group
from goleaklint.dump.goroutines import Dump
from goleaklint.golang.paths import tidy

_MODULE = ("go.mod", "go.work")
_SKIPPED = frozenset({"node_modules", "vendor"})


def has_source(root: str) -> bool:
    """Whether there is a Go file or a module below a directory, or a module around it."""
    for _, below, names in os.walk(root):
        below[:] = [name for name in below if not is_foreign(name)]
        if any(name.endswith(".go") or name in _MODULE for name in names):
            return True
    here = os.path.abspath(root)
    while (above := os.path.dirname(here)) != here:
        if any(os.path.lexists(os.path.join(above, name)) for name in _MODULE):
            return True
        here = above
    return False


def is_foreign(name: str) -> bool:
    """Whether a directory of this name holds no code of the checkout's own."""
    return name in _SKIPPED or name.startswith((".", "_"))


def unplaced(dumps: Sequence[Dump], root: str) -> list[Account]:
    """What `correlate` says of the dumps beside a directory without source."""
    return [
        Account(dump=dump, repository=tidy(root), groups=tuple(Group(bucket=bucket) for bucket in dump.buckets))
        for dump in dumps
    ]
