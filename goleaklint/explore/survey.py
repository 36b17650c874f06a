"""What one pass over a root learns for the next."""

from __future__ import annotations

import msgspec

MAX_KEYS = 4
MAX_FORCED = 6


class Survey(msgspec.Struct, eq=False):
    """What one pass over a root learns for the next: loop counts in use, conditions and where they are tested."""

    is_first: bool = False  # nothing is known yet
    counts: set[str] = msgspec.field(default_factory=set)
    uses: dict[str, set[int]] = msgspec.field(default_factory=dict)  # count -> where it is used: loops, capacities, Add
    rooms: set[str] = msgspec.field(default_factory=set)  # counts that are the capacity of a channel
    feeds: dict[int, frozenset[int]] = msgspec.field(default_factory=dict)  # loop -> the channels that it only sends on
    counted: set[int] = msgspec.field(default_factory=set)  # channels of which a fixed number of values is received
    forced: dict[str, None] = msgspec.field(default_factory=dict)  # conditions to remember in any case, in order
    tests: dict[str, set[int]] = msgspec.field(default_factory=dict)
    matters: set[str] = msgspec.field(default_factory=set)  # conditions on which an operation or a way out depends
    mentions: dict[str, frozenset[str]] = msgspec.field(default_factory=dict)

    @property
    def unrelated(self) -> bool:
        """Whether several large literal counts are in use: they may add up, which one value for all cannot show."""
        return sum(symbol.startswith("#") for symbol in self.counts) > 1

    def feed(self, symbol: str, loop: int) -> frozenset[int]:
        """The channels that a loop feeds which runs as often as nothing else tells: any number of times."""
        channels = self.feeds.get(loop, frozenset())
        is_free = self.uses.get(symbol) == {loop} and channels.isdisjoint(self.counted)
        return channels if is_free else frozenset()

    @property
    def has_rooms(self) -> bool:
        """Whether some of the counts are capacities, and others are not."""
        rooms = self.rooms & self.counts
        return bool(rooms) and rooms != self.counts

    @property
    def has_feeds(self) -> bool:
        """Whether there is any such loop."""
        return any(len(places) == 1 and self.feed(symbol, next(iter(places))) for symbol, places in self.uses.items())

    def keys(self) -> frozenset[str]:
        """The conditions worth remembering: flags and nil tests, and those tested at two places; the first few."""
        twice = [key for key, places in self.tests.items() if len(places) >= 2 and key in self.matters]
        return frozenset([*list(self.forced)[:MAX_FORCED], *twice[:MAX_KEYS]])
