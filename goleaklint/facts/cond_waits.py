"""Waits on a sync.Cond, and what was tested since its lock was taken.

A signal that comes while nobody waits is gone (package sync, "Cond.Signal"). Wait lets go of the lock only when it is
already in the queue, so a condition that is tested under the lock cannot come true unseen before the Wait; where
nothing is tested, the signal can have come before the Lock.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from goleaklint.facts.functions import Function, Var
from goleaklint.facts.inits import reported
from goleaklint.facts.lock_names import LockOp, Place, cond_locks, lock_op, place_of
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.references import references
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend

_WAITS = re.compile(rb"\.Wait\(\)")
_SIGNALS = re.compile(rb"\.(?:Signal|Broadcast)\(\)")
_DEEP = 3  # callers of a helper that only waits
_QUIET = re.compile(r"^(?:fmt|log|log/slog|time)\.|^(?:len|cap|append|print|println)$|^\(time\.\w+\)\.")


class CondWait(NamedTuple):
    """One Wait that no round of a loop follows: `is_tested` when some condition under the lock leads to it or past it.

    `locked` is where the lock is taken on a way to it on which nothing is tested, `calls` the calls from there when it
    is a caller that locks. `is_asked_outside` tells of a loop around both that only locks and waits.
    """

    known: Bindings
    function: Function
    node: ast.Call
    place: Place
    is_tested: bool
    locked: tuple[Bindings, ast.Node] | None = None
    calls: tuple[tuple[Bindings, ast.Node], ...] = ()
    loop: ast.For | None = None


def unlooped_waits(facts: PackageFacts) -> Iterator[CondWait]:
    """The Waits of a package behind which their condition is not tested again, or before which none is tested."""
    for decl in reported(facts, _WAITS) if "sync" in facts.imports else ():
        if decl.body is None:
            continue
        known = bindings(facts, decl)
        for function in known.functions:
            for node in function.own():
                place = waited_cond(known, node)
                if place is not None and isinstance(node, ast.Call):
                    yield from _judged(known, function, node, place)


def waited_cond(known: Bindings, node: ast.Node) -> Place | None:
    """The Cond whose Wait a node calls."""
    match node:
        case ast.Call(fun=ast.Selector(x=cond, name="Wait"), args=[]):
            if known.is_a(cond, "sync.Cond"):
                return place_of(known, cond)
            ty = known.type_of(cond)
            if ty is None or known.facts.method(ty, "Wait") is not None:
                return None
            steps = known.facts.embedded_primitive(ty, ("cond",))
            if steps is not None:
                outer = place_of(known, cond)
                return Place((*outer.path, *steps) if outer.path is not None else None, "", outer.name)
    return None


def _judged(known: Bindings, function: Function, node: ast.Call, place: Place) -> Iterator[CondWait]:
    ways = _Ways(known, function, place)
    point = ways.point(node)
    if point is None:
        return
    before = ways.before(point)
    is_again = ways.paths.leads(point, point)
    if before.locks:
        loop = ways.asking_loop(node) if is_again else None
        if loop is not None or not is_again:
            yield CondWait(known, function, node, place, False, (known, before.locks[0]), (), loop)
    elif is_again:
        return
    elif before.is_entered:
        yield from _in_callers(known, function, node, place)
    elif before.is_tested:
        yield CondWait(known, function, node, place, True)


def _in_callers(known: Bindings, function: Function, node: ast.Call, place: Place) -> Iterator[CondWait]:
    """A helper that only waits: its callers hold the lock, and may be the ones that test."""
    if function.parent is not None:
        return
    found = _callers(known, known.decl, place, 0)
    if not found:
        return
    worst = next((one for one in found if not one.is_tested), found[0])
    yield CondWait(known, function, node, place, worst.is_tested, worst.locked, worst.calls)


class _Caller(NamedTuple):
    is_tested: bool
    locked: tuple[Bindings, ast.Node] | None = None
    calls: tuple[tuple[Bindings, ast.Node], ...] = ()


def _callers(known: Bindings, decl: FuncDecl, place: Place, depth: int) -> list[_Caller] | None:
    """What each caller does before the call; None when some caller is not in view. A caller that loops is none."""
    if depth >= _DEEP or (decl.name[:1].isupper() and known.facts.unit.package != "main"):
        return None
    mentioned = references(known.facts, decl)
    found: list[_Caller] = []
    for mention in mentioned or ():
        call, function, other = mention.call, mention.function, mention.known
        if call is None or function is None or other is None:
            return None
        if isinstance(parents(other).of(call), ast.Go | ast.Defer):
            return None
        ways = _Ways(other, function, place)
        point = ways.point(call)
        if point is None or ways.paths.leads(point, point):
            continue
        before = ways.before(point)
        if before.locks:
            found.append(_Caller(False, (other, before.locks[0]), ((other, call),)))
        elif before.is_entered:
            outer = _callers(other, other.decl, place, depth + 1) if function.parent is None else None
            if outer is None:
                return None
            found += [one._replace(calls=(*one.calls, (other, call))) for one in outer]
        elif before.is_tested:
            found.append(_Caller(True, None, ((other, call),)))
    return found


class _Before(NamedTuple):
    """What comes first on the ways back from a point: the locks between which and the point nothing happens, a test,
    the start of the function."""

    locks: list[ast.Node]
    is_tested: bool
    is_entered: bool


class _Ways:
    """The ways to the Wait of one Cond, or to a call that leads to it, in one function."""

    def __init__(self, known: Bindings, function: Function, cond: Place) -> None:
        self.known = known
        self.function = function
        self.paths = Paths(known, function)
        self._ops = [op for node in function.own() if isinstance(node, ast.Call) and (op := lock_op(known, node))]
        self._lock = self._lock_of(cond)
        self._into: dict[Point, list[Point]] = defaultdict(list)
        for point in self.paths.reachable():
            for target, _ in point.next:
                self._into[target].append(point)

    def _lock_of(self, cond: Place) -> Place | None:
        """The lock of the Cond where the source says which; else the only one that the function takes."""
        own = cond_locks(self.known.facts).get(cond.kind)
        if own is not None and cond.path is not None:
            return next((op.place for op in self._ops if op.place.kind == own[1]), None)
        places = {op.place.path: op.place for op in self._ops}
        return next(iter(places.values())) if len(places) == 1 else None

    def point(self, node: ast.Node) -> Point | None:
        """The place at which a node is evaluated, if control can come there."""
        around = (node, *parents(self.known).within(node))
        point = next((self.paths.point_of[outer] for outer in around if outer in self.paths.point_of), None)
        return point if point is not None and (point in self._into or point is self.paths.entry) else None

    def before(self, point: Point) -> _Before:
        """What comes first on the ways back."""
        locks: list[ast.Node] = []
        is_tested = False
        is_entered = point is self.paths.entry
        seen = {point}
        stack = list(self._into[point])
        while stack:
            current = stack.pop()
            if current in seen:
                continue
            seen.add(current)
            if len({target for target, _ in current.next}) > 1:
                is_tested = True
                continue
            taken = self._taken(current)
            if taken is not None:
                locks.append(taken)
                continue
            if not self._is_quiet(current):
                continue  # it tells others that it is about to wait, or starts who will signal: the lock keeps them
            is_entered = is_entered or current is self.paths.entry
            stack += self._into[current]
        return _Before(sorted(locks, key=lambda node: node.at), is_tested, is_entered)

    def _taken(self, point: Point) -> ast.Node | None:
        for part in point.parts:
            if isinstance(part, ast.Defer):
                continue
            for node in descend(part, into_literals=False):
                op = lock_op(self.known, node) if isinstance(node, ast.Call) else None
                if op is not None and op.op == "lock" and self._is_its_lock(op):
                    return node
        return None

    def _is_its_lock(self, op: LockOp) -> bool:
        return self._lock is not None and op.place.path is not None and op.place.path == self._lock.path

    def _is_quiet(self, point: Point) -> bool:
        """Whether nobody else can see what happens here."""
        for part in point.parts:
            if isinstance(part, ast.Defer):
                continue
            for node in descend(part, into_literals=False):
                if isinstance(node, ast.Go | ast.Send) or (isinstance(node, ast.Unary) and node.op == "<-"):
                    return False
                if isinstance(node, ast.Assign) and any(not self._is_own(target) for target in node.left):
                    return False
                if isinstance(node, ast.Call) and not self._is_known(node):
                    return False
        return True

    def _is_own(self, target: ast.Expr) -> bool:
        var = self.known.var(target)
        return var is not None and var.function is self.function

    def _is_known(self, call: ast.Call) -> bool:
        return lock_op(self.known, call) is not None or _QUIET.search(self.known.api(call)) is not None

    def asking_loop(self, node: ast.Call) -> ast.For | None:
        """`for !ready() { mu.Lock(); c.Wait(); mu.Unlock() }`: the condition is asked outside of the lock."""
        for outer in parents(self.known).within(node):
            if isinstance(outer, ast.For):
                only = all(
                    isinstance(stmt, ast.ExprStmt)
                    and isinstance(stmt.x, ast.Call)
                    and (stmt.x is node or lock_op(self.known, stmt.x) is not None)
                    for stmt in outer.body.body
                )
                return outer if only and outer.cond is not None and outer.post is None else None
        return None


def news(wait: CondWait) -> bool | None:
    """Whether who signals changes something, or signals for one purpose: its Cond is a variable of one function.

    A Cond that only tells of a moment (`func (b *beat) tick() { b.cond.Broadcast() }`) has nothing to test. None when
    nobody in view signals.
    """
    path, kind = wait.place.path, wait.place.kind
    if path is not None and isinstance(path[0], Var) and len(path) == 1:
        return path[0].kind == "local"
    found: bool | None = None
    facts = wait.known.facts
    for decl in facts.all_funcs(_SIGNALS) if kind else ():
        if decl.body is None or decl.file.is_test:
            continue
        known = bindings(facts, decl)
        for function in known.functions:
            if any(_signals(known, node, kind) for node in function.own()):
                found = found or _changes(known, function)
    return found


def _signals(known: Bindings, node: ast.Node, kind: str) -> bool:
    match node:
        case ast.Call(fun=ast.Selector(x=cond, name="Signal" | "Broadcast")) if known.is_a(cond, "sync.Cond"):
            return place_of(known, cond).kind == kind
    return False


def _changes(known: Bindings, function: Function) -> bool:
    """Whether a function gives something another value that is not its own."""
    for node in function.own():
        for target in node.left if isinstance(node, ast.Assign) else ():
            var = known.var(target)
            is_blank = isinstance(target, ast.Name) and target.name == "_"
            if not is_blank and (var is None or var.function is not function):
                return True
    return False
