"""The automaton of one root: what each of its goroutines does to primitives, everything else being a silent step."""

from __future__ import annotations

import msgspec

from goleaklint.explore.values import Place, Prim

REMEMBERING = frozenset({"choose", "set", "forget", "level", "count", "copy", "least", "below"})
"""Operations on remembered conditions and on tallies."""

STEERING = REMEMBERING | {"default"}
"""Operations that decide which way is taken, and do nothing to what a goroutine can wait for."""

MOST_TOLD_APART = 4
"""Up to here the value of a tally is known; the search goes no further."""


class TooBigError(Exception):
    """The root needs more nodes or states than the budget allows."""


class Op(msgspec.Struct, eq=False):
    """One operation on a primitive.

    kinds: send recv drained close lock unlock rlock runlock add wait cwait signal broadcast dead
    (wait on a primitive that is never ready), make, go, choose (a test of a remembered condition: `amount` is its
    outcome), forget, set, once, again (the two outcomes of Once.Do), fail (the test ends here),
    default (no other case of the select is ready);
    of a tally: level (it is `amount` now), count (`amount` more), copy (of the `other`), least and below (`amount`).
    """

    kind: str
    prim: Prim | None
    place: Place
    amount: int = 1
    select: Place | None = None
    thread: int = -1
    guard: Prim | None = None  # the remembered condition that switches this case of a select off when it holds
    looping: bool = False  # it stands in a loop whose number of turns is not known
    other: Prim | None = None  # the tally that this one is a copy of
    target: int = -1  # the node of the automaton that it leads to

    @property
    def label(self) -> tuple[object, ...]:
        """What makes two operations equal when nodes are merged."""
        return (
            self.kind,
            self.prim.ident if self.prim else -1,
            id(self.place.node),
            self.amount,
            self.thread,
            self.guard.ident if self.guard else -1,
            self.other.ident if self.other else -1,
        )


class Thread(msgspec.Struct, eq=False):
    """A goroutine of the root: where it starts in the automaton, and the statement that creates it."""

    entry: int
    created: Place | None
    function: str
    instances: int = 1
    in_loop: bool = False


Edge = tuple[Op | None, int]


class Automaton(msgspec.Struct, eq=False):
    """A graph of nodes; an edge is an operation or None for a silent step."""

    edges: list[list[Edge]] = msgspec.field(default_factory=list)
    threads: list[Thread] = msgspec.field(default_factory=list)
    killed: set[int] = msgspec.field(default_factory=set)  # the process ends here
    cut: set[int] = msgspec.field(default_factory=set)  # what happens from here on is not followed
    exits: dict[int, Place] = msgspec.field(default_factory=dict)  # node -> the return through which a function leaves

    def node(self) -> int:
        """A new node without edges."""
        self.edges.append([])
        return len(self.edges) - 1
