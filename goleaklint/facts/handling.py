"""What is done with a variable that holds a value which must be released, mention by mention, and inside of callees.

A function that releases its parameter on some paths only counts as one that releases it, unless that is all that is
done with the value: then its other paths are ways out on which the value is lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from goleaklint.facts.arrivals import Arrival, arrival
from goleaklint.facts.conditional import Deferred, carried, deferred
from goleaklint.facts.functions import Var
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Point
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.types import canonical
from goleaklint.facts.uses import Thing, Use, use_of, use_of_param
from goleaklint.facts.ways import Ways
from goleaklint.golang import ast
from goleaklint.model import Related, Role

_MOST_EXITS = 3


class Given(NamedTuple):
    """A mention that is an argument of a function in view: the call, the parameter, what of the value it is given."""

    call: ast.Call
    taken: Arrival
    thing: Thing

    @property
    def is_partial(self) -> bool:
        """Whether some path of the function leaves the value as it is, though another one releases it."""
        return use_of_param(self.taken, self.thing) is Use.RELEASES and bool(_missed(self))


class Handling:
    """`uses` of all mentions; `strict` are the places that release the value or hand it on, `soft` drain it as well.

    `asking` are releases that a deferred function makes only for some results.
    """

    def __init__(self, known: Bindings, var: Var, thing: Thing) -> None:
        self.known = known
        self.var = var
        self.thing = thing
        self.uses = {read: self._use(read) for read in var.reads}
        self.asking: dict[ast.Name, Deferred] = {}
        for read in var.reads:
            asked = self.asked(read)
            if asked is not None:
                self.asking[read] = asked
        self.strict = {
            place
            for read, use in self.uses.items()
            if use in (Use.RELEASES, Use.HANDS_ON) and read not in self.asking
            for place in (carried(known, read) or [read] if use is Use.HANDS_ON else [read])
        }
        self.soft = self.strict | {read for read, use in self.uses.items() if use is Use.DRAINS}

    def _use(self, read: ast.Name) -> Use:
        use = use_of(self.known, read, self.thing)
        # `go io.Copy(io.Discard, reader)` reads to the end whatever becomes of the function.
        return Use.HANDS_ON if use is Use.DRAINS and self.is_elsewhere(read, (ast.Go,)) else use

    def asked(self, read: ast.Name) -> Deferred | None:
        """The condition of a deferred release."""
        return deferred(self.known, self.var.function, read) if self.uses[read] is Use.RELEASES else None

    def is_elsewhere(self, read: ast.Name, kinds: tuple[type[ast.Node], ...]) -> bool:
        """Whether a mention runs at another time than where it stands: in a goroutine, deferred, in a closure."""
        up = parents(self.known)
        node: ast.Node | None = up.of(read)
        while node is not None and node is not self.var.function.body and not isinstance(node, kinds):
            node = up.of(node)
        return isinstance(node, kinds)

    def given(self, *uses: Use) -> Iterator[Given]:
        """The functions in view that get the value and do one of these with it."""
        for read, use in self.uses.items():
            found = given(self.known, read, self.thing) if use in uses else None
            if found is not None:
                yield found

    def partial(self) -> list[Given]:
        """The functions that get the value and release it on some paths only, when nobody else does anything to it."""
        found: list[Given] = []
        for read in self.strict:
            one = given(self.known, read, self.thing) if self.uses.get(read) is Use.RELEASES else None
            if one is None or not one.is_partial:
                return []
            found.append(one)
        return sorted(found, key=lambda one: one.call.at)


def given(known: Bindings, read: ast.Node, thing: Thing) -> Given | None:
    """The parameter in view that a mention of a value, or of what is behind its fields, is given to."""
    tree = parents(known)
    around = tree.of(read)
    while isinstance(around, ast.Selector):
        inner = dict(thing.inner).get(around.name)
        if inner is None:
            return None
        read, thing = around, inner
        around = tree.of(read)
    taken = arrival(known, around, read) if isinstance(around, ast.Call) and around.fun is not read else None
    return Given(around, taken, thing) if taken is not None and isinstance(around, ast.Call) else None


def _missed(given: Given) -> list[Point]:
    """The ends of a function's paths on which it neither releases a parameter nor hands it on."""
    taken, thing = given.taken, given.thing
    handling = Handling(taken.known, taken.var, thing)
    error = next((one.reads[0] for one in taken.function.params if canonical(one.type) == "error" and one.reads), None)
    ways = Ways(taken.known, taken.var, thing, None, given.call, error, handling.asking.values())
    return ways.exits(handling.soft, drained=True)


def callee_story(given: Given) -> Iterator[Related]:
    """The parameter of a function that does not release it, with the paths that miss it when others do."""
    known, var = given.taken.known, given.taken.var
    span = known.file.span(var.at, var.at + max(1, len(var.name.encode())))
    if use_of_param(given.taken, given.thing) is not Use.RELEASES:
        yield Related(Role.PARTNER, span, f"{given.taken.name} gets it here, and does not release it")
        return
    yield Related(Role.PARTNER, span, f"{given.taken.name} gets it here, and does not release it on every path")
    yield from exits_of(known, _missed(given), var.name)


def exits_of(known: Bindings, exits: Collection[Point], name: str, start: ast.Stmt | None = None) -> Iterator[Related]:
    """The first few ways out that leave a value open; `start` is the statement of a loop that makes it anew."""
    for point in sorted(exits, key=lambda point: point.node.at if point.node is not None else 0)[:_MOST_EXITS]:
        node = point.node
        assert node is not None
        if start is not None and node is start:
            yield Related(Role.EXIT, known.head(node), f"the next round of the loop makes another {name}")
        elif point.kind == "":
            yield Related(Role.EXIT, known.head(node), f"{name} is overwritten here")
        elif isinstance(node, ast.Block):
            yield Related(Role.EXIT, known.file.span(node.end - 1, node.end), f"the end is reached with {name} open")
        else:
            yield Related(Role.EXIT, known.head(node), f"this way out leaves {name} open")
