"""What a log puts before every line: times, which run, and the name of the source, which tells sources apart.

Docker and compose (`app-1  | `), Kubernetes (`2026-11-25T10:00:00.1Z stderr F `), journald and syslog (`Nov 25 10:00:00
host app[12]: `), stern (`app-7d9f-abcde app `), a logger of the program: none of them is known by name here. A prefix
is read off the first header of a goroutine behind one, and stands for all that differ from it in times, numbers, ids.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

BEHIND = re.compile(
    rb"(?P<prefix>.{1,300}?)(?=(?:goroutine \d+ (?:[a-z]+=\S+ )*\[.+\]:|goroutine(?:leak)? profile: total \d+)$)"
)
_CAUSE = re.compile(rb"(?:panic|fatal error): ")
_NEXT = 100  # lines behind a header among which the next of its stack is looked for
_STACK = re.compile(rb"\S+\(.*\)$|created by |\t.+:\d|\d+ @ 0x|#\t0x")
_COLOUR = re.compile(rb"\x1b\[[\d;]*m")
_TAB = b"#011"  # as rsyslog writes it

# What varies from line to line, and the like of it.
_TIMES = {
    "iso": rb"\d{4}[-/.]\d\d[-/.]\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z| ?[+-]\d\d:?\d\d\b)?",
    "syslog": rb"[A-Z][a-z]{2} [ \d]\d(?: \d{4})? \d\d:\d\d:\d\d(?:\.\d+)?",
    "clf": rb"\d\d/[A-Z][a-z]{2}/\d{4}[: ]\d\d:\d\d:\d\d(?: [+-]\d{4})?",
    "clock": rb"\d\d:\d\d:\d\d(?:[.,]\d+)?",
    "float": rb"\d+\.\d+(?![\d.])",
    "epoch": rb"(?<![\dA-Za-z])\d{10,19}(?![\dA-Za-z])",
}
_LIKE = {name: pattern for name, pattern in _TIMES.items() if name != "epoch"} | {"epoch": rb"\d{10,19}"}
_TOKEN = re.compile(
    b"|".join(b"(?P<%b>%b)" % (name.encode(), pattern) for name, pattern in _TIMES.items())
    + rb"|(?P<id>(?<![\w-])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[a-f]*\d)[0-9a-f]{7,})(?![\w-]))"
    + rb"|(?P<part>(?<=std(?:out|err) )[FP](?= |$))|(?P<number>\d+(?:\.\d+)*)|(?P<blank> +)|(?P<text>.)",
    re.DOTALL,
)
_VARYING = {"number": rb"(\d+(?:\.\d+)*)", "id": rb"([0-9a-f-]+)", "blank": b" +", "part": b"[FP]"}


class Template(NamedTuple):
    """The prefix of one or more sources: how it looks, and `extra`, what only headers have behind it.

    `identity`: which of the numbers and ids in it belong to the name of a source. `in_parts`: Kubernetes marks with
    `F` and `P` whether a line is whole. `name` is the prefix as it was first seen.
    """

    pattern: re.Pattern[bytes]
    extra: re.Pattern[bytes] | None
    name: bytes
    identity: tuple[int, ...] = ()
    in_parts: bool = False

    def key(self, match: re.Match[bytes]) -> tuple[bytes, ...]:
        """What tells the sources of this template apart."""
        return tuple(match[at] for at in self.identity)

    def source(self, match: re.Match[bytes]) -> str:
        """The prefix without times and colours: a name to show."""
        return b"".join(_named(_COLOUR.sub(b"", match[0]))).decode("utf-8", "replace").strip()

    def text(self, rest: bytes) -> bytes:
        """What stands behind the prefix."""
        if rest.startswith(_TAB):
            return b"\t" + rest[len(_TAB) :]
        return self.extra.sub(b"", rest, count=1) if self.extra is not None else rest


def _named(prefix: bytes) -> list[bytes]:
    return [token[0] for token in _TOKEN.finditer(prefix) if token.lastgroup not in _TIMES]


def template(lines: Sequence[bytes], at: int) -> Template | None:
    """The prefix of the header in lines[at]; None where it has none, or stands in the message of a panic."""
    header = BEHIND.match(lines[at])
    if header is None or _is_quoted(lines[:at], header["prefix"]):
        return None
    prefix = header["prefix"]
    followers = lines[at + 1 : at + _NEXT]
    ends = {len(prefix), 0, *(token.end() for token in _TOKEN.finditer(prefix) if token[0].isspace())}
    for end in sorted(ends, reverse=True):
        shared = prefix[:end]
        pattern = _pattern(shared)
        if any((found := pattern.match(line)) and _STACK.match(line, found.end()) for line in followers):
            return _made(shared, prefix[len(shared) :])
    return _made(prefix, b"")


def before(prefix: bytes) -> Template:
    """The template of a prefix behind which records of a log stand."""
    return _made(prefix, b"")


def _made(prefix: bytes, extra: bytes) -> Template:
    behind = _body(extra) + rb"(?=goroutine [^\n]*(?:\]:|total \d+)$)"
    return Template(
        _pattern(prefix),
        re.compile(b"^" + behind, re.MULTILINE) if extra else None,
        prefix,
        in_parts=any(token.lastgroup == "part" for token in _TOKEN.finditer(prefix)),
    )


def with_identity(made: Template, lines: Sequence[bytes]) -> Template:
    """A number or id belongs to the name of a source if it comes back after another: a clock and a count never do.

    Only then do lines of several sources stand between each other.
    """
    found = [(line, match) for line in lines if (match := made.pattern.match(line)) and match.end()]
    columns = zip(*(match.groups() for _, match in found), strict=True)
    told = made._replace(identity=tuple(at + 1 for at, column in enumerate(columns) if _comes_back(column)))
    return told if _continued(told, found) >= _continued(made, found) else made


def _continued(made: Template, found: Sequence[tuple[bytes, re.Match[bytes]]]) -> int:
    """How many headers have a line of a stack as the next of their source."""
    waiting: set[tuple[bytes, ...]] = set()
    count = 0
    for line, match in found:
        key = made.key(match)
        if key in waiting:
            waiting.discard(key)
            count += _STACK.match(line, match.end()) is not None
        if line.endswith(b"]:") and line.startswith(b"goroutine ", match.end()):
            waiting.add(key)
    return count


def _comes_back(values: Sequence[bytes | None]) -> bool:
    gone: set[bytes | None] = set()
    last = None
    for value in values:
        if value is None or value == last:
            continue
        if value in gone:
            return True
        gone.add(last)
        last = value
    return False


def _pattern(prefix: bytes) -> re.Pattern[bytes]:
    body = prefix.rstrip()
    if not prefix:
        return re.compile(b"^", re.MULTILINE)
    # A log driver may trim the blank after the prefix of an empty line.
    return re.compile(b"^" + _body(body) + b"(?:" + re.escape(prefix[len(body) :]) + b"|$)", re.MULTILINE)


def _body(text: bytes) -> bytes:
    parts = []
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or ""
        if kind in _LIKE:
            parts.append(_LIKE[kind])
        else:
            parts.append(_VARYING.get(kind) or re.escape(token[0]))
    return b"".join(parts)


def _is_quoted(lines: Sequence[bytes], prefix: bytes) -> bool:
    """A panic's message may hold a header; the runtime puts a tab before its lines."""
    if not prefix.endswith(b"\t"):
        return False
    outer = _pattern(prefix[:-1])
    return any((found := outer.match(line)) and _CAUSE.match(line, found.end()) for line in lines)
