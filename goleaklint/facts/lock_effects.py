"""What a function does to locks, as its callers must know it, and how that reads in a caller's own names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from goleaklint.facts.functions import Function, Var
from goleaklint.facts.lock_names import Path, Place, place_of
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast

MAX_CHAIN = 8
"""Calls that one event is followed through."""


class Site(NamedTuple):
    """A place in a function."""

    known: Bindings
    node: ast.Node
    function: Function


class Held(NamedTuple):
    """A lock that is held: since `site`, in the function itself or in a callee that leaves it locked."""

    place: Place
    mode: str
    site: Site


class Event(NamedTuple):
    """Something that may block: "lock", or "wait" for whatever else; "call" of a parameter, which may be anything.

    `held` are the locks that the functions of `chain` hold then, `released` those of a caller's that they let go
    before. `sure` tells that every way through the function passes it.
    """

    kind: str
    place: Place
    mode: str
    site: Site
    chain: tuple[Site, ...] = ()
    held: tuple[Held, ...] = ()
    released: frozenset[Path] = frozenset()
    sure: bool = True
    composed: bool = False  # a callback's: `held` are locks under which it is called


class Net(NamedTuple):
    """What has become of a lock when the function returns: "+w", "+r" held, "-w", "-r" released, "?" it depends."""

    change: str
    place: Place
    site: Site


@dataclass(eq=False, slots=True)
class Effect:
    """The events of a function, or of a call, in order, and its net effect by path."""

    events: list[Event] = field(default_factory=list)
    net: dict[Path, Net] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.events or self.net)


NOTHING = Effect()


class Naming:
    """Turns the names of a callee into those of its caller, for one call."""

    def __init__(self, known: Bindings, callee: Function, receiver: Path | None, args: list[ast.Expr]) -> None:
        self.known = known
        self.callee = callee
        self.args: dict[Var, ast.Expr] = {}
        self.paths: dict[Var, Path | None] = {}
        params = list(callee.params)
        if callee.parent is None and callee.decl.recv is not None and params:
            self.paths[params.pop(0)] = receiver
        for param, arg in zip(params, args, strict=False):
            self.args[param] = arg

    def path(self, path: Path | None) -> Path | None:
        """The path in the caller's names; None where it has none."""
        if path is None:
            return None
        root = path[0]
        if isinstance(root, Var):
            base = self._root(root)
            if base is None:
                return None
            path = (*base, *path[1:])
            steps = tuple(self._step(step) for step in path)
            return None if None in steps else steps
        return path

    def _root(self, root: Var) -> Path | None:
        if root in self.paths or root in self.args:
            if root.stores:
                return None  # it is given another value: `c = c.parent`
            if root in self.paths:
                return self.paths[root]
            return place_of(self.known, self.args[root]).path
        return None if self._is_own(root) else (root,)

    def _is_own(self, var: Var) -> bool:
        return self.callee in var.function.enclosing()

    def _step(self, step: object) -> object | None:
        if not isinstance(step, tuple) or not isinstance(step[1], Var):
            return step
        var = step[1]
        arg = self.args.get(var)
        if isinstance(arg, ast.Name):
            return ("[]", self.known.var(arg) or arg.name)
        if isinstance(arg, ast.Literal):
            return ("[]", arg.text)
        return None if self._is_own(var) else step

    def place(self, place: Place) -> Place:
        """The place in the caller's names."""
        return place._replace(path=self.path(place.path))

    def held(self, held: tuple[Held, ...]) -> tuple[Held, ...]:
        """Locks that the callee holds."""
        return tuple(one._replace(place=self.place(one.place)) for one in held)

    def paths_of(self, paths: frozenset[Path]) -> frozenset[Path]:
        """Those of the paths that the caller can name."""
        return frozenset(path for path in map(self.path, paths) if path is not None)


def renamed(effect: Effect, naming: Naming, site: Site, *, is_certain: bool = True) -> Effect:
    """The effect of a call, as the function that makes it sees it.

    Of events that are the same in the caller's names the first stands for all: a method that takes a lock at ten places
    takes it. What is sure stands beside what is not.
    """
    out = Effect()
    seen: set[object] = set()
    for event in effect.events:
        if len(event.chain) >= MAX_CHAIN or event.kind == "call":
            continue
        place, held, released = naming.place(event.place), naming.held(event.held), naming.paths_of(event.released)
        key = (event.kind, place.path, place.kind, event.mode, event.sure, held, released)
        if key in seen:
            continue
        seen.add(key)
        out.events.append(
            event._replace(
                place=place,
                chain=(site, *event.chain),
                held=held,
                released=released,
                sure=event.sure and is_certain,
                composed=False,
            )
        )
    for path, net in effect.net.items():
        mapped = naming.path(path)
        if mapped is not None:
            change = net.change if is_certain else "?"
            out.net[mapped] = Net(change, net.place._replace(path=mapped), site)
    return out
