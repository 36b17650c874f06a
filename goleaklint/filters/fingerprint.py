"""A finding's name across runs: it stays when lines above it come and go.

It is made of the rule, the path in the repository, the function, the text of the line that the finding starts on, and
an ordinal among findings that share all of these.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from goleaklint.model import Finding

# Comments and white space are no part of a statement's text; strings, in which they may stand, are.
_NOISE = re.compile(r"""("(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])*')|//.*|/\*.*?(?:\*/|$)|\s+""")
# `func1` becomes `func2` when somebody writes a closure above it.
_CLOSURE = re.compile(r"(?:\.func\d+|\.\d+|\.gowrap\d+|\.deferwrap\d+)+$")


def assign(
    findings: Iterable[Finding], *, line: Callable[[str, int], bytes], local: Callable[[str], str]
) -> list[Finding]:
    """The findings in the order of a report, each with its fingerprint: 32 hexadecimal digits.

    `line` gives the bytes of a line of a file; `local` a file's path relative to the repository.
    """
    seen: Counter[tuple[str, str, str, str]] = Counter()
    named = []
    for finding in sorted(findings, key=Finding.sort_key):
        span = finding.span
        key = (finding.code, local(span.path), outermost(finding.function), statement(line(span.path, span.line)))
        named.append(msgspec.structs.replace(finding, fingerprint=digest(*key, str(seen[key]))))
        seen[key] += 1
    return named


def statement(line: bytes) -> str:
    """The text of a line without comments and white space."""
    return _NOISE.sub(lambda match: match[1] or "", line.decode("utf-8", "replace"))


def outermost(function: str) -> str:
    """The name of the declared function that a function is in: closures have no name, but a number."""
    return _CLOSURE.sub("", function)


def digest(*parts: str) -> str:
    """32 hexadecimal digits for texts."""
    import hashlib  # takes longer to import than all of this module, and a clean run needs none

    text = "\0".join(parts)
    try:
        data = text.encode("utf-8", "surrogateescape")  # a file's name is its bytes, whatever the locale reads in them
    except UnicodeEncodeError:
        data = text.encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:32]
