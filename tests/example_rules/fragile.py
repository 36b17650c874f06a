"""A rule that fails.

*Why it leaks*

It does not: it raises an exception where the source says `// crash`, and ends its process at `// die`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from goleaklint.model import Finding, Rule, Severity

RULE = Rule(code="TST999", name="fragile", severity=Severity.NOTE, since="0.1.0")


def check(package: Any) -> Iterator[Finding]:
    """No finding ever."""
    for file in package.unit.files:
        if b"// crash" in file.data:
            raise ValueError("cannot go on\nbecause")
        if b"// deep" in file.data:
            _deep()
        if b"// die" in file.data:
            os._exit(3)
    yield from ()


def _deep() -> None:
    _deep()
