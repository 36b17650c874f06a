"""Waits of which every end is known, and which of them needs the lock that whoever waits holds.

A wait is a send, a receive, a loop over a channel, a Wait on a WaitGroup or Cond, or a select without a way out, on
fields and variables of the package whose every use is understood (see `fields`).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from goleaklint.facts.field_uses import waited_slots
from goleaklint.facts.fields import Slot, Use
from goleaklint.facts.functions import Function
from goleaklint.facts.lock_effects import Event, Held
from goleaklint.facts.lock_names import Path, cond_locks, place_of
from goleaklint.facts.lock_needs import Need, Needs, is_goroutine, needs
from goleaklint.facts.lock_steps import waited_for
from goleaklint.facts.lock_story import is_certain
from goleaklint.facts.locks import Locks
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.slot_story import room
from goleaklint.golang import ast
from goleaklint.golang.walk import descend

_ENDS = {
    ("chan", "recv"): ("send", "close"),
    ("chan", "range"): ("send", "close"),
    ("chan", "send"): ("recv", "range"),
    ("wg", "wait"): ("done", "go"),
    ("cond", "wait"): ("signal", "broadcast"),
}
_STORES = frozenset({"Add", "CompareAndSwap", "Delete", "Set", "Store", "Swap"})
"""Methods that give the field that they are called on another value."""
_DEEP = 2


class Wait(msgspec.Struct, eq=False):
    """One place that waits: `uses` are its operations, one or, in a select, several; `ends` who could end each."""

    node: ast.Node
    uses: list[tuple[Slot, Use]]

    @property
    def first(self) -> Use:
        return self.uses[0][1]

    @property
    def kind(self) -> str:
        """What is done, in the words of `Use.kind`; "select"."""
        return "select" if isinstance(self.node, ast.Select) else self.first.kind


class Ends:
    """Who could end the waits of a package, and what each of them needs; worked out when a wait is under a lock."""

    def __init__(self, locks: Locks) -> None:
        self.locks = locks
        self._found: dict[tuple[Slot, tuple[str, ...]], list[Needs]] = {}

    def of(self, slot: Slot, use: Use) -> list[Needs]:
        """For each operation that could end it the locks that it needs; nothing when not all of them need one."""
        kinds = _kinds(slot, use)
        found = self._found.get((slot, kinds))
        if found is None:
            found = self._found[slot, kinds] = _ends(self.locks, slot, kinds)
        return found


def waits(locks: Locks) -> dict[ast.Node, Wait]:
    """The reported waits of which every operation is understood, and that may be under some lock."""
    report = locks.facts.unit.report
    found = [wait for wait in _waits(locks.facts) if wait.first.known.file.path in report]
    return {wait.node: wait for wait in found if locks.may_be_under_lock(wait.first.function.decl.name)}


def _waits(facts: PackageFacts) -> Iterator[Wait]:
    selects: dict[ast.Select, Wait] = {}
    for kind, names in (("chan", ("recv", "range", "send")), ("wg", ("wait",)), ("cond", ("wait",))):
        for slot in waited_slots(facts, kind):
            for use in slot.of(*names):
                if not use.exact:
                    continue
                if use.select is None:
                    yield Wait(use.node, [(slot, use)])
                else:
                    selects.setdefault(use.select, Wait(use.select, [])).uses.append((slot, use))
    for select, wait in selects.items():
        if len(wait.uses) == len(select.cases):
            wait.uses.sort(key=lambda item: item[1].node.at)
            yield wait


def _kinds(slot: Slot, use: Use) -> tuple[str, ...]:
    """What ends a wait. A loop that is left by its channel alone waits for the close."""
    if isinstance(use.node, ast.Range) and not _leaves(use.node):
        return ("close",)
    return _ENDS[slot.kind, use.kind]


def _leaves(loop: ast.Range) -> bool:
    return any(isinstance(node, ast.Return | ast.Branch) for node in descend(loop.body, into_literals=False))


def _ends(locks: Locks, slot: Slot, kinds: tuple[str, ...]) -> list[Needs]:
    if slot.outside.intersection(kinds):
        return []
    found: list[Needs] = []
    for use in slot.of(*kinds):
        if use.known.file.is_test:
            continue
        need = needs(locks, use)
        if not need and slot.kind != "wg":
            return []
        found.append(need)
    return found


def deciding(ends: Ends, wait: Wait, held: Held, event: Event) -> tuple[list[Need], bool] | None:
    """Who needs the lock that is held to end the wait, one for each end, and whether it is one lock for sure."""
    decided: list[Need] = []
    is_sure = True
    own = {event.site.function, *(site.function for site in event.chain)}
    for slot, use in wait.uses:
        if slot.kind == "cond" and not _is_another(use, held):
            return None
        if use.kind == "send" and any(make.function in own for make in slot.of("make")):
            return None  # it is filled by whoever made it
        path = event.place.path if use is wait.first else _beside(wait, use, event)
        answers = [_answer(needs.get(held.place.kind, []), held, path, own) for needs in ends.of(slot, use)]
        needed = [answer for answer in answers if answer is not None]
        if not needed or (slot.kind != "wg" and len(needed) != len(answers)):
            return None
        decided += [need for need, _ in needed]
        is_sure = is_sure and all(sure for _, sure in needed if slot.kind != "wg")
        if slot.kind == "wg":
            is_sure = is_sure and any(sure for _, sure in needed)
        is_sure = is_sure and (slot.kind != "chan" or room(slot) == 0 or _is_first(ends.locks, use, needed))
    return decided, is_sure


def _is_first(locks: Locks, use: Use, needed: list[tuple[Need, bool]]) -> bool:
    """Whether a channel with a buffer makes one wait: those who end it are goroutines of their own.

    What a method sends, a token that it takes or a result that it keeps, may be there long before, and a send waits
    only where the buffer is full.
    """
    return use.kind != "send" and all(
        need.use.kind == "close" or is_goroutine(locks, need.use.function, 1) for need, _ in needed
    )


def _is_another(use: Use, held: Held) -> bool:
    """Whether a Cond that waits lets go of another lock than this one."""
    place = place_of(use.known, waited_for(use.node))
    own = cond_locks(use.known.facts).get(place.kind)
    return own is not None and own[1] != held.place.kind


def _beside(wait: Wait, use: Use, event: Event) -> Path | None:
    """The path of another channel of a select, in the names of the function that holds the lock."""
    mine = place_of(use.known, waited_for(use.node)).path
    first = place_of(use.known, waited_for(wait.first.node)).path
    base = event.place.path
    if mine is None or first is None or base is None or mine[0] is not first[0]:
        return None
    return (*base[: len(base) - len(first) + 1], *mine[1:]) if len(base) >= len(first) else None


def _answer(found: list[Need], held: Held, path: Path | None, own: set[Function]) -> tuple[Need, bool] | None:
    """The need that concerns the lock that is held: of the same object as what is waited for, or of the package."""
    best: tuple[Need, bool] | None = None
    for need in found:
        lock, other = held.place.path, need.event.place.path
        if "w" not in (held.mode, need.event.mode) or need.use.function in own or lock is None:
            continue
        if isinstance(lock[0], str):
            answer = (need, True)
        elif path is None or need.path is None or other is None:
            continue
        elif lock[0] is path[0] and other[0] is need.path[0]:
            answer = (need, lock[1:] == other[1:] and path[1:] == need.path[1:] and is_certain(held.place))
        else:
            continue
        if best is None or (answer[1] and not best[1]):
            best = answer
    return best


# ---- what the state under the lock may say


def may_be_ruled_out(wait: Wait, event: Event, decided: list[Need]) -> bool:
    """Whether what is tested before the wait is something that those who end it set: it may say that they are done."""
    tested: set[str] = set()
    for site in (*event.chain, event.site):
        tested |= _tested(site.known, site.function, site.node)
    if not tested:
        return False
    written: set[str] = set()
    for need in decided:
        written |= _written(need.use.known, _DEEP)
    return bool(tested & written)


def _tested(known: Bindings, function: Function, node: ast.Node) -> set[str]:
    """The fields that conditions before a node ask for, themselves, through locals or in methods that they call."""
    found: set[str] = set()
    for outer in function.own():
        conditions: list[ast.Expr | None] = []
        if outer.at < node.at:
            match outer:
                case ast.If() | ast.For():
                    conditions = [outer.cond]
                case ast.Switch():
                    conditions = [outer.tag, *(value for case in outer.cases for value in case.values)]
        for condition in conditions:
            if condition is not None:
                found |= _read(known, condition)
    return found


def _read(known: Bindings, top: ast.Node, depth: int = 0) -> set[str]:
    found: set[str] = set()
    for node in descend(top):
        if isinstance(node, ast.Selector):
            found.add(node.name)
        elif isinstance(node, ast.Name) and depth < _DEEP:
            var = known.var(node)
            for value in (var.value,) if var is not None and var.value is not None else ():
                found |= _read(known, value, depth + 1)
        callee = known.callee(node) if isinstance(node, ast.Call) and depth < _DEEP else None
        if callee is not None and callee.body is not None:
            found |= _read(bindings(known.facts, callee), callee.body, _DEEP)
    return found


def _written(known: Bindings, depth: int) -> set[str]:
    """The fields that a declaration, and those that it calls, give other values."""
    key = ("written", known.decl, depth)
    if key not in known.facts.memo:
        found: set[str] = set()
        known.facts.memo[key] = found
        for node in descend(known.decl.body) if known.decl.body is not None else ():
            found |= {name for target in _targets(node) for name in _names(target)}
            callee = known.callee(node) if isinstance(node, ast.Call) and depth > 0 else None
            if callee is not None and callee.body is not None:
                found |= _written(bindings(known.facts, callee), depth - 1)
    written = known.facts.memo[key]
    assert isinstance(written, set)
    return written


def _targets(node: ast.Node) -> list[ast.Expr]:
    match node:
        case ast.Assign():
            return node.left
        case ast.Unary(op="&"):
            return [node.x]
        case ast.Call(fun=ast.Selector(x=x, name=name)) if name in _STORES:
            return [x]
        case ast.Call(fun=ast.Name(name="delete"), args=[first, *_]):
            return [first]
    return []


def _names(target: ast.Expr) -> Iterator[str]:
    while isinstance(target, ast.Selector | ast.Index | ast.Unary):
        if isinstance(target, ast.Selector):
            yield target.name
            return
        target = target.x
