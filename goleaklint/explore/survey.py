"""What one pass over a root learns for the next."""

from __future__ import annotations

import msgspec

MAX_KEYS = 4


class Survey(msgspec.Struct, eq=False):
    """What one pass over a root learns for the next: loop counts in use, conditions and where they are tested."""

    is_first: bool = False  # nothing is known yet
    counts: set[str] = msgspec.field(default_factory=set)
    tests: dict[str, set[int]] = msgspec.field(default_factory=dict)
    mentions: dict[str, frozenset[str]] = msgspec.field(default_factory=dict)

    @property
    def unrelated(self) -> bool:
        """Whether several large literal counts are in use: they may add up, which one value for all cannot show."""
        return sum(symbol.startswith("#") for symbol in self.counts) > 1

    def keys(self) -> frozenset[str]:
        """The conditions worth remembering: those tested at two places at least, the first few."""
        return frozenset([key for key, places in self.tests.items() if len(places) >= 2][:MAX_KEYS])
