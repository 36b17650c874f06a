"""What a rule sees of a package: its facts, and what the exploration of its functions found stuck."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cached_property

from goleaklint.explore.kept import Kept
from goleaklint.explore.roots import explore_all
from goleaklint.explore.stuck import Stuck
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import release
from goleaklint.golang.units import Unit
from goleaklint.model import Diagnostic


class Package:
    """One unit under analysis; explorations run once, when the first rule asks for them."""

    def __init__(
        self, unit: Unit, *, closed_roots: bool = True, kept: Callable[[PackageFacts], Kept | None] = lambda facts: None
    ) -> None:
        self.unit = unit
        self.closed_roots = closed_roots
        self.kept = kept
        self.facts = PackageFacts(unit)
        self.diagnostics: list[Diagnostic] = []

    @cached_property
    def _stuck(self) -> list[Stuck]:
        return explore_all(self.facts, self.diagnostics, self.kept(self.facts), closed_roots=self.closed_roots)

    def release(self) -> None:
        """Lets go of all that was found out. Nobody may ask it anything after that."""
        self.__dict__.pop("_stuck", None)
        release(self.facts)

    def stuck(self, kinds: Collection[str]) -> Iterator[Stuck]:
        """Goroutines that wait for ever at operations of these kinds, in source order."""
        return (stuck for stuck in self._stuck if stuck.kind in kinds)
