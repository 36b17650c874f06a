"""What is around a dump in a log, taken away layer by layer: prefixes of lines, records of JSON and logfmt.

The first header of a goroutine decides: one at column 0 means that nothing is around it. A log may have more than one
layer: a container runtime's prefix, and a record of the program's logger behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from goleaklint.dump.lines import Readable, chunks
from goleaklint.dump.notes import Notes

if TYPE_CHECKING:
    from goleaklint.dump.logs import Log

_DEPTH = 4
_SHOWN = 4  # sources
_HEADER = re.compile(
    rb"^goroutine(?: \d+ (?:[a-z]+=\S+ )*\[.+\]:| profile: total \d+|leak profile: total \d+)$", re.MULTILINE
)
_SIGNS = (b"goroutine ", b"goroutineleak profile: total ")


class Layers:
    """The text of a dump without what is around it; `tell` is right once `pieces` are exhausted."""

    def __init__(self, stream: Readable) -> None:
        self._layers = [Layer() for _ in range(_DEPTH)]
        pieces: Iterable[bytes] = chunks(stream)
        for layer in self._layers:
            pieces = layer.pieces(pieces)
        self.pieces = pieces

    def original(self, line: int) -> int:
        """The number of a line in the input."""
        for layer in reversed(self._layers):
            line = layer.original(line)
        return line

    @property
    def sources(self) -> int:
        """How many sources have a dump; 1 where nothing tells."""
        return max(1, *(len(layer.dumps) for layer in self._layers))

    def tell(self, notes: Notes) -> None:
        """Say what was left out and what was put together."""
        others = sum(layer.others for layer in self._layers)
        if others:
            notes.add(0, f"lines of others between those of the dump: {others}")
        for names in (layer.dumps for layer in self._layers):
            if len(names) > 1:
                shown = ", ".join(f"`{name}`" if name else "no prefix" for name in names[:_SHOWN])
                more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
                what = f"it holds dumps of {len(names)} sources, whose goroutines are counted together"
                notes.add(0, f"{what}: {shown}{more}")


class Layer:
    """At most one layer. Until a header is seen that is not at column 0, pieces are given as they are."""

    def __init__(self) -> None:
        self._log: Log | None = None
        self._lines = 0

    def original(self, line: int) -> int:
        """The number of a line before the layer was taken away."""
        return self._log.apart.numbers.original(line) if self._log is not None else line

    @property
    def others(self) -> int:
        """Lines of sources without a dump between those of a dump."""
        return self._log.apart.others if self._log is not None else 0

    @property
    def dumps(self) -> list[str]:
        """The names of the sources with a dump, where the layer tells sources apart."""
        return self._log.apart.dumps if self._log is not None else []

    def pieces(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces without it."""
        rest = iter(pieces)
        for piece in rest:
            if any(sign in piece for sign in _SIGNS):
                header = _HEADER.search(piece)
                if header is None or b"goroutine " in piece[: header.start()]:
                    from goleaklint.dump import logs

                    self._log = logs.found(piece, self._lines, is_plain=header is not None)
                if self._log is not None:
                    yield from self._log.pieces(piece, rest)
                    return
                if header is not None:
                    yield piece
                    break
            self._lines += piece.count(b"\n")
            yield piece
        yield from rest
