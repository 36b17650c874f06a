"""Diagnostics about one dump. A broken one may have a hundred thousand bad goroutines: the first few stand for all."""

from __future__ import annotations

from collections.abc import Callable

from goleaklint.model import Diagnostic

_SHOWN = 20


class Notes:
    """Collects diagnostics of one input. `original` gives the number in the input of a line that was read."""

    def __init__(self, path: str, original: Callable[[int], int] = int) -> None:
        self.path = path
        self._original = original
        self._kept: list[Diagnostic] = []
        self._more = 0
        self.incomplete = False

    def lost(self, line: int, message: str) -> None:
        """Say that goroutines are missing."""
        self.incomplete = True
        self.add(line, message)

    def add(self, line: int, message: str) -> None:
        if len(self._kept) >= _SHOWN:
            self._more += 1
            return
        self._kept.append(Diagnostic(path=self.path, line=self._original(line), kind="dump", message=message))

    def all(self) -> tuple[Diagnostic, ...]:
        """In the order of the input; a last one says how many are not shown."""
        if not self._more:
            return tuple(self._kept)
        more = Diagnostic(path=self.path, kind="dump", message=f"{self._more} more like these are not shown")
        return (*self._kept, more)
