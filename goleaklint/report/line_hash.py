"""`primaryLocationLineHash`: the fingerprint that GitHub code scanning tracks an alert by.

It must equal what github/codeql-action computes when it uploads: a polynomial over the first 100 UTF-16 units from the
start of the line, white space left out, with line ends as LF and the end of the file as 65535 and then zeros; and after
a colon, how many lines up to this one have that hash.
"""

from __future__ import annotations

from array import array

_BLOCK = 100
_BASE = 37
_EOF = 65535
_MASK = (1 << 64) - 1


class LineHashes:
    """The hashes of one file's lines."""

    def __init__(self, data: bytes) -> None:
        text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        text = text.replace(" ", "").replace("\t", "")
        self._units = array("H", text.encode("utf-16-le", "surrogatepass"))
        if array("H", b"\x01\x00")[0] != 1:
            self._units.byteswap()  # a big-endian machine
        self._starts = [0, *(index + 1 for index, unit in enumerate(self._units) if unit == 10)]
        self._units.extend([_EOF, *[0] * (_BLOCK - 1)])

    def of(self, line: int) -> str:
        """`hash:count` of a line, counted from 1; empty when the file has no such line."""
        if not 0 < line <= len(self._starts):
            return ""
        window = self._window(line)
        value = 0
        for unit in window:
            value = (value * _BASE + unit) & _MASK
        count = sum(self._window(other) == window for other in range(1, line + 1))
        return f"{value:x}:{count}"

    def _window(self, line: int) -> array[int]:
        start = self._starts[line - 1]
        return self._units[start : start + _BLOCK]
