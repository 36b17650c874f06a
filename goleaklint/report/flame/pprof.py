"""The protobuf that `go tool pprof` reads, gzipped (github.com/google/pprof, proto/profile.proto).

A sample is a group. Its stack is the one of the flame graph, the wait reason innermost and the creation site outermost,
so that `-top` counts reasons, `-peek` and the web view show who created them; `reason` and `verdict` are labels as well
(`-tagfocus`). The bytes depend on nothing but the dumps.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence

from goleaklint.dump.account import Account
from goleaklint.report.flame.tree import Path, Step, paths
from goleaklint.report.sources import visible

# Numbers of fields in profile.proto: message Profile, then its parts.
_SAMPLE_TYPE, _SAMPLE, _LOCATION, _FUNCTION, _STRINGS, _COMMENT, _DEFAULT_TYPE = 1, 2, 4, 5, 6, 13, 14


class _Strings:
    """The string table: the first string is empty."""

    def __init__(self) -> None:
        self.indices: dict[str, int] = {"": 0}

    def index(self, text: str) -> int:
        return self.indices.setdefault(text, len(self.indices))


def render(accounts: Sequence[Account]) -> bytes:
    """Every goroutine of all dumps, the runtime's own too; with several dumps, `dump` is a label."""
    strings = _Strings()
    locations: dict[Step, int] = {}
    body = bytearray(_message(_SAMPLE_TYPE, _value_type(strings)))
    for account in accounts:
        dump = visible(account.dump.path) if len(accounts) > 1 else ""
        for path in paths(account, all_of_them=True):
            body += _message(_SAMPLE, _sample(path, dump, locations, strings))
    functions: dict[tuple[str, str], int] = {}
    for step, number in locations.items():
        function = functions.setdefault((step.text, step.file), len(functions) + 1)
        body += _message(_LOCATION, _number(1, number) + _message(4, _number(1, function) + _number(2, step.line)))
    for (name, file), number in functions.items():
        # without a system name, from which pprof would take the parentheses of `chan receive (nil chan)`
        body += _message(
            _FUNCTION, _number(1, number) + _number(2, strings.index(name)) + _number(4, strings.index(file))
        )
    comments = [_number(_COMMENT, strings.index(visible(account.dump.path))) for account in accounts]
    default = _number(_DEFAULT_TYPE, strings.index("goroutine"))
    table = b"".join(_message(_STRINGS, text.encode()) for text in strings.indices)
    return gzip.compress(bytes(body) + table + b"".join(comments) + default, mtime=0)


def _value_type(strings: _Strings) -> bytes:
    return _number(1, strings.index("goroutine")) + _number(2, strings.index("count"))


def _sample(path: Path, dump: str, locations: dict[Step, int], strings: _Strings) -> bytes:
    bucket = path.group.bucket
    labels = {"reason": visible(bucket.reason), "verdict": str(bucket.verdict), "dump": dump}
    finding = path.group.prediction.finding if path.group.prediction is not None else None
    if finding is not None:
        labels["finding"] = f"{finding.code} {finding.name}"
    ids = [locations.setdefault(step, len(locations) + 1) for step in reversed(path.steps)]
    pairs = [(strings.index(key), strings.index(value)) for key, value in labels.items() if value]
    return (
        _packed(1, ids)
        + _packed(2, [bucket.count])
        + b"".join(_message(3, _number(1, key) + _number(2, value)) for key, value in pairs)
    )


def _packed(field: int, values: Iterable[int]) -> bytes:
    return _message(field, b"".join(map(_varint, values)))


def _message(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value) if value else b""


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
