"""Which locks whoever would end a wait takes on the way there.

The operation that ends a wait stands in some function; the locks that this function, and those that call it, ask for
before they come to the operation are what it needs. A goroutine begins with its first function: what the one that
starts it holds is not its own.
"""

from __future__ import annotations

from typing import NamedTuple

from goleaklint.facts.field_uses import slots
from goleaklint.facts.fields import Use
from goleaklint.facts.functions import Function
from goleaklint.facts.lock_effects import Event, Naming, Site
from goleaklint.facts.lock_names import Path, place_of, receiver_of
from goleaklint.facts.lock_steps import waited_for
from goleaklint.facts.locks import Locks
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.references import Reference, references
from goleaklint.golang import ast

_DEEP = 2  # calls between the function that takes the lock and the one that ends the wait


class Need(NamedTuple):
    """A lock that is taken, by `event`, before the operation `use` on what `path` leads to, in the same names."""

    use: Use
    path: Path | None
    event: Event


Needs = dict[str, list[Need]]
"""By the `Type.field` of the lock."""


def needs(locks: Locks, use: Use) -> Needs:
    """The locks that are taken before an operation, whoever calls for it."""
    call = use.node
    if use.kind == "go" and isinstance(call, ast.Call):  # wg.Go(func() { ... }): the end of it is the Done
        literal = locks.literal_of(use.known, call.args[0]) if call.args else None
        return _own(locks, use, literal, None, place_of(use.known, waited_for(call)).path) if literal else {}
    return _before(locks, use, use.function, use.node, place_of(use.known, waited_for(use.node)).path, 0)


def _before(locks: Locks, use: Use, function: Function, node: ast.Node, path: Path | None, depth: int) -> Needs:
    found = _own(locks, use, function, node, path)
    if function.parent is not None:
        if function.role in ("defer", "call") and function.node is not None:
            return _merge(found, _before(locks, use, function.parent, function.node, path, depth))
        return found
    around = _callers(locks, use, function, path, depth) if depth < _DEEP else {}
    return _merge(found, around)


def _own(locks: Locks, use: Use, function: Function, node: ast.Node | None, path: Path | None) -> Needs:
    """The locks that the function itself takes before the node, None for its end."""
    found: Needs = {}
    if function.decl.name not in locks.relevant:
        return found
    walk = locks.walk(function)
    tree = parents(walk.paths.known)
    is_late = node is None or any(isinstance(outer, ast.Defer) for outer in tree.within(node))
    target = None if is_late or node is None else point_of(walk.paths, node)
    for event in walk.effect.events:
        if event.kind != "lock" or not event.place.kind:
            continue
        first = event.chain[0] if event.chain else event.site
        if use.kind == "done" and (_counts_after(event) or _counts_here(use)):
            continue
        if is_late or (target is not None and _leads(walk.paths, first, target, node)):
            found.setdefault(event.place.kind, []).append(Need(use, path, event))
    return found


def _counts_after(event: Event) -> bool:
    """Whether the function that locks counts itself only then: before its Add nobody waits for its Done."""
    counts = [
        node
        for node in event.site.function.own()
        if isinstance(node, ast.Call) and event.site.known.api(node) == "(sync.WaitGroup).Add"
    ]
    return bool(counts) and all(event.site.node.at < node.at for node in counts)


def _counts_here(use: Use) -> bool:
    """Whether the function that calls Done has counted itself: what it locked before that nobody waits for."""
    groups = slots(use.known.facts).closed("wg")
    slot = next((slot for slot in groups if any(one.node is use.node for one in slot.uses)), None)
    adders = {add.known.decl.name.encode() for add in slot.of("add")} if slot is not None else set()
    return any(name + b"(" in use.known.decl.text for name in adders)


def _leads(paths: Paths, first: Site, target: Point, node: ast.Node | None) -> bool:
    """Whether control can come from the place that locks to the node."""
    start = point_of(paths, first.node)
    if start is None or node is None:
        return False
    return (start is target and first.node.at < node.at) or paths.leads(start, target)


def point_of(paths: Paths, node: ast.Node) -> Point | None:
    """The point at which a node is evaluated; None for one that control cannot reach."""
    holding: list[tuple[int, Point]] = []
    for point in paths.reachable():
        if point.node is node:
            return point
        holding += [(part.end - part.at, point) for part in point.parts if part.at <= node.at and node.end <= part.end]
    return min(holding, key=lambda item: item[0])[1] if holding else None


def _callers(locks: Locks, use: Use, function: Function, path: Path | None, depth: int) -> Needs:
    """What every caller takes before it calls."""
    facts, decl = locks.facts, function.decl
    is_exported = decl.name[:1].isupper() and (not decl.recv_type or decl.recv_type[:1].isupper())
    if is_exported and facts.unit.package != "main":
        return {}  # others may call it, too
    if not (locks.leading_to([decl.name], _DEEP) - {decl.name}) & locks.relevant:
        return {}
    common: Needs | None = None
    for reference in references(facts, decl) or ():
        found = _caller(locks, use, function, path, depth, reference)
        if common is not None:
            found = {kind: common[kind] + more for kind, more in found.items() if kind in common}
        if not found:
            return {}
        common = found
    return common or {}


def _caller(locks: Locks, use: Use, function: Function, path: Path | None, depth: int, reference: Reference) -> Needs:
    call, known, outer = reference.call, reference.known, reference.function
    if call is None or known is None or outer is None or reference.facts is not locks.facts:
        return {}
    if len(reference.around) > 1 and isinstance(reference.around[-2], ast.Go):
        return {}
    path = Naming(known, function, receiver_of(known, call), call.args).path(path)
    held = _held(locks, use, outer, call, path)
    # `w.first(); w.second()`: what a caller has taken and let go is no need of the callee, unless it is what a
    # goroutine does after all.
    return _merge(held, _before(locks, use, outer, call, path, depth + 1)) if is_goroutine(locks, outer) else held


def _held(locks: Locks, use: Use, function: Function, call: ast.Call, path: Path | None) -> Needs:
    """The locks that are held at a call."""
    found: Needs = {}
    for held, event in Locks(locks.facts, locks, {call}, [function.decl]).walk(function).pairs:
        if event.site.node is call and held.place.kind:
            lock = Event("lock", held.place, held.mode, held.site)
            found.setdefault(held.place.kind, []).append(Need(use, path, lock))
    return found


def is_goroutine(locks: Locks, function: Function, deep: int = 0) -> bool:
    """Whether nothing but go statements run the function, and functions that only they run, over `deep` calls."""
    if function.parent is not None:
        if function.role in ("defer", "call"):
            return is_goroutine(locks, function.parent, deep)
        return function.role == "go"
    found = references(locks.facts, function.decl)
    return bool(found) and all(_is_started(locks, one, deep) for one in found or ())


def _is_started(locks: Locks, one: Reference, deep: int) -> bool:
    if one.call is None or one.facts is not locks.facts:
        return False
    if len(one.around) > 1 and isinstance(one.around[-2], ast.Go):
        return True
    return deep > 0 and one.function is not None and is_goroutine(locks, one.function, deep - 1)


def _merge(one: Needs, other: Needs) -> Needs:
    return {kind: one.get(kind, []) + other.get(kind, []) for kind in (*one, *other)}
