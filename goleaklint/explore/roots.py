"""Exploring a package: each function and function literal that may own a primitive is a root."""

from __future__ import annotations

import re
from collections.abc import Callable, Container

import msgspec

from goleaklint.explore import escape, stuck
from goleaklint.explore.automaton import Op, TooBigError
from goleaklint.explore.kept import NOTHING, TOO_BIG, Kept
from goleaklint.explore.lowering import Frame, Limits, Lowering
from goleaklint.explore.product import Explorer
from goleaklint.explore.reduction import Reducer
from goleaklint.explore.scopes import Env, Heap
from goleaklint.explore.stuck import Stuck
from goleaklint.explore.survey import Survey
from goleaklint.explore.values import Closure, Prim
from goleaklint.facts import lifetime
from goleaklint.facts.mentions import mentions
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.types import TESTING, Ty, canonical
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend
from goleaklint.model import Diagnostic

CLOSED = Limits(depth=14, nodes=1200)
"""A function that is given nothing is explored with all that it reaches, as a whole program."""

OPEN = Limits(depth=4, nodes=700)
"""The same function where that is not wanted."""

LIMITS = (Limits(depth=6, nodes=700), Limits(depth=2, nodes=800), Limits(depth=1, nodes=800))
TESTS = (Limits(depth=5, nodes=300), *LIMITS[1:])
"""Functions of tests are many and long, and few of them have a leak that only a large scope shows."""
_BLOCKS = re.compile(rb"<-|\bchan\b|\bgo\s|\bselect\b|\.(?:R?Lock|Wait|Go)\(")
"""The text of a function that has anything to do with waiting: of others nobody needs to know that they are big."""
_WAITS = re.compile(rb"<-(?!\s*chan\b)|\bfor\s+(?:[\w.]+\s*:?=\s*)?range\b|\bselect\b|\.(?:R?Lock|Wait)\b")
"""The text of a function in which something may wait, called or handed over."""
_LITERAL = re.compile(rb"\bfunc\s*\(")
STATES = 1500
PASSES = 4
CONTROL = frozenset({"go", "fail", "default"})
STEERS = frozenset({"flag", "key", "once", "tally"})
_NOWHERE = ast.Bad(at=0, end=0)


class _UnfinishedError(TooBigError):
    """Some variants were small enough to be explored, and this was found in them; another was not."""

    def __init__(self, found: list[Stuck]) -> None:
        super().__init__()
        self.found = found


class Root(msgspec.Struct, eq=False):
    """A function whose execution is explored with everything that it starts."""

    closure: Closure
    name: str
    decl: FuncDecl

    @property
    def is_program(self) -> bool:
        """Whether it can be taken for a whole program: a test, or what is given nothing."""
        params = self.decl.type.params
        return self.is_closed or (self.decl.file.is_test and all(_is_test_type(self.decl, param) for param in params))

    @property
    def is_closed(self) -> bool:
        """Whether all that it works with comes into being in it: it has neither a receiver nor parameters."""
        literal = self.closure.literal
        return not (self.decl.recv or self.decl.type.params or (literal is not None and literal.type.params))


def _is_test_type(decl: FuncDecl, param: ast.Param) -> bool:
    """Whether a parameter is the *testing.T of a test."""
    return canonical(Ty(param.type, decl.file)) in TESTING


def roots(facts: PackageFacts) -> list[Root]:
    """Functions that may own a primitive, and the literals in them that make one."""
    found: list[Root] = []
    concerned = _concerned(facts)
    for decl in facts.all_funcs():
        if concerned is not None and decl not in concerned:
            continue
        if not facts.root_pattern.search(decl.text):
            continue
        name = facts.qualified(decl)
        found.append(Root(Closure(None, decl, decl.file), name, decl))
        if not _LITERAL.search(decl.text, len("func")):
            continue  # a body that nobody looks into is not converted
        for literal in decl.literals:
            if _makes(facts, decl, literal):
                closure = Closure(literal, None, decl.file, Env(), None, name)
                found.append(Root(closure, f"{name}.{literal.name}", decl))
    return found


def _concerned(facts: PackageFacts) -> set[FuncDecl] | None:
    """The functions whose exploration can come to a wait in a file that is reported; None when all files are.

    What only the tests of other files do is left out: it would be told at low confidence.
    """
    report = facts.unit.report
    if all(file.path in report for file in facts.unit.files):
        return None
    return mentions(facts).leading_to(facts.reported_funcs(_WAITS))


def _makes(facts: PackageFacts, decl: FuncDecl, literal: ast.FuncLit) -> bool:
    """Whether a literal itself (not one inside it) may make a primitive."""
    text = decl.file.data[literal.at : literal.end]
    if not facts.root_pattern.search(text):
        return False
    for node in descend(literal.body, into_literals=False):
        if isinstance(node, ast.Call) and isinstance(node.fun, ast.Name):
            if node.fun.name == "make" and node.args and isinstance(node.args[0], ast.TypeExpr):
                if isinstance(node.args[0].type, ast.ChanType):
                    return True
            elif node.fun.name in facts.makers:
                return True
        elif isinstance(node, ast.VarDecl | ast.Composite) and facts.root_pattern.search(
            decl.file.data[node.at : node.end]
        ):
            return True
    return False


def explore_all(
    facts: PackageFacts, diagnostics: list[Diagnostic], known: Kept | None = None, *, closed_roots: bool = True
) -> list[Stuck]:
    """The stuck goroutines of all roots of a package; each is told once, from the root that is surest of it.

    `known` tells of roots that need not be explored again. Without `closed_roots` no function is taken for a whole
    program.
    """
    best: dict[tuple[object, ...], Stuck] = {}
    found_in: dict[tuple[object, ...], tuple[Stuck, Root]] = {}
    too_big: list[Root] = []
    for root in roots(facts):
        try:
            found = _explored(facts, root, known, closed_roots=closed_roots)
        except Exception as error:  # a fault of ours in one function costs no finding of another
            diagnostics.append(_diagnostic(root, "internal", f"{type(error).__name__}: {error}"))
            continue
        if found is None:
            if _BLOCKS.search(root.decl.text):
                too_big.append(root)
            continue
        for item in found:
            made = item.prim.made
            key = (id(item.op.place.node), id(made.node) if made is not None else 0)
            if key not in best or _rank(item) < _rank(best[key]):
                best[key] = item
                found_in[key] = item, root
    if known is not None:
        known.save()
    for item, root in found_in.values():
        item.until_exit = _is_left_by_exit(facts, item, root)
    for root in too_big:
        diagnostics.append(_diagnostic(root, "over-budget", "too many states to explore"))
    return _grouped(sorted(best.values(), key=lambda s: (s.op.place.file.path, s.op.place.node.at, s.root)))


def _is_left_by_exit(facts: PackageFacts, item: Stuck, root: Root) -> bool:
    """Whether the root, which has left it behind by returning, ends the process with that."""
    left = [partner for partner in item.partners if partner.thread.created is None and partner.ended]
    if not left:
        return False
    exits = [partner.exit.node for partner in left if partner.exit is not None]
    returned = [node.values[-1] for node in exits if isinstance(node, ast.Return) and node.values]
    failing = any(not isinstance(value, ast.Name) or value.name != "nil" for value in returned)
    return lifetime.ends_process(facts, root.decl, root.closure.literal, failing=failing)


def _diagnostic(root: Root, kind: str, message: str) -> Diagnostic:
    line, _ = root.decl.file.position(root.decl.at)
    return Diagnostic(path=root.decl.file.path, line=line, kind=kind, message=f"{root.name}: {message}")


def _grouped(found: list[Stuck]) -> list[Stuck]:
    """One stuck goroutine is one finding for each primitive and kind of wait; the other places go along."""
    first: dict[tuple[object, ...], Stuck] = {}
    for item in found:
        made, created = item.prim.made, item.thread.created
        key = (
            item.kind,
            id(made.node) if made is not None else id(item.op.place.node),
            id(created.node) if created is not None else item.root,
            item.op.place.function,
            item.only_after_failure,
        )
        if key in first:
            first[key].also.append(item.op)
        else:
            first[key] = item
    return list(first.values())


def _rank(item: Stuck) -> tuple[bool, bool, bool, bool, bool, bool, int]:
    many = (item.needs_small, item.needs_many, item.needs_two)
    return (item.alone, item.root_in_test, item.only_after_failure, *many, len(item.trace))


def _explored(facts: PackageFacts, root: Root, known: Kept | None, *, closed_roots: bool) -> list[Stuck] | None:
    """What is stuck in one root; None when it is too big, or was so before."""
    name = f"{root.decl.file.path} {root.name}"
    outcome = known.outcome(name) if known is not None else None
    if outcome is not None:
        return None if outcome == TOO_BIG else []
    facts.looked_up = {root.decl}
    try:
        found = _explore(facts, root, closed_roots=closed_roots)
    except RecursionError:
        return None
    if known is not None and not found:
        known.note(name, TOO_BIG if found is None else NOTHING, facts.looked_up)
    return found


def _explore(facts: PackageFacts, root: Root, *, closed_roots: bool) -> list[Stuck] | None:
    """What is stuck in one root; None when it is too big even in the smallest scope.

    Where one scope could only be explored primitive by primitive, the next smaller one is explored, too. What some
    variants of a scope have shown is kept where no smaller one could be explored.
    """
    found: list[Stuck] | None = None
    begun: list[Stuck] = []
    for limits in _scopes(root, closed_roots=closed_roots):
        try:
            items, is_whole = _variants(facts, root, limits)
        except _UnfinishedError as error:
            begun = begun or error.found
            continue
        except TooBigError:
            continue
        found = items + (found or [])
        if is_whole:
            break
    if found is None and begun:
        found = begun
    if found is not None and not closed_roots and root.is_program:
        return [item for item in found if _is_made_in(root.decl, item)]
    return found


def _scopes(root: Root, *, closed_roots: bool) -> tuple[Limits, ...]:
    """How far to follow a root: the largest scope first."""
    if root.is_program and not closed_roots:
        return (OPEN, *LIMITS[1:])
    if root.decl.file.is_test:
        return TESTS
    return (CLOSED, *LIMITS) if root.is_closed else LIMITS


def _is_made_in(decl: FuncDecl, item: Stuck) -> bool:
    """Whether what it waits for comes into being in this declaration itself, not in what it calls."""
    made = item.prim.made
    return made is None or (made.file is decl.file and decl.at <= made.node.at < decl.end)


def _variants(facts: PackageFacts, root: Root, limits: Limits) -> tuple[list[Stuck], bool]:
    """What is stuck in one scope, and whether its primitives could be explored together."""
    found: list[Stuck] = []
    is_whole = True
    known = Survey()
    for count, free, small in ((1, False, False), (2, False, False), (1, True, False), (2, False, True)):
        if (free and not known.has_feeds) or (small and not known.has_rooms):
            continue
        lo = _lower(facts, root, limits, count, free=free, small=small)
        if lo is None:
            break
        symbols = len(lo.known.counts)
        known = lo.known if not free else known
        try:
            items, together = _search(lo, root)
        except TooBigError:
            raise _UnfinishedError(found) from None
        is_whole = is_whole and together
        for item in items:
            item.symbols = symbols
            item.needs_two = count == 2
            item.needs_many = free
            item.needs_small = small
            item.unrelated_counts = lo.known.unrelated
            item.root_in_test = root.decl.file.is_test
            found.append(item)
        lo.heap.forget()
        if not symbols:
            break
    return found, is_whole


def _lower(
    facts: PackageFacts, root: Root, limits: Limits, count: int, *, free: bool = False, small: bool = False
) -> Lowering | None:
    """Lower a root until its heap no longer changes; None as soon as nothing in it can be said to wait."""
    heap, known = Heap(), Survey(is_first=True)
    for _ in range(PASSES):
        heap.changed = False
        lo = Lowering(facts, heap, limits, count, known, free=free, small=small)
        owner = lo.owner_name(root.closure)
        lo.frames.append(Frame(root.closure.file, root.name, owner, 0, lo.node()))
        heap.escape(lo.inline(root.closure, [], _NOWHERE, "root"))
        if root.name == "main.main":
            lo.auto.killed.add(lo.cur)  # when main returns the process ends, and its goroutines with it
        escape.spread(facts, heap)
        if not _waits(lo, facts.unit.report):
            return None
        again = heap.changed or lo.survey.keys() != known.keys() or lo.survey.counts != known.counts
        known = lo.survey
        if not again:
            break
    return lo


def _waits(lo: Lowering, report: Container[str]) -> bool:
    """Whether anything in view can be waited for where it is reported (what is silent in one pass stays silent)."""
    return any(
        op.kind in stuck.WAITS and op.prim is not None and not op.prim.silent and op.place.file.path in report
        for op in lo.ops_since()
    )


def _search(lo: Lowering, root: Root) -> tuple[list[Stuck], bool]:
    """Explore everything at once; where that is too much, only what is not a called function's own business."""
    try:
        return _explore_only(lo, root, lambda prim: True), True
    except TooBigError:
        pass
    try:
        return _explore_only(lo, root, lambda prim: not prim.inner), True
    except TooBigError:
        return _one_by_one(lo, root), False


def _one_by_one(lo: Lowering, root: Root) -> list[Stuck]:
    """Each channel or WaitGroup of the root alone, the others taken to block nobody: less sure, but small."""
    found: list[Stuck] = []
    explored = False
    for prim in lo.heap.prims:
        if prim.silent or prim.inner or prim.kind not in {"chan", "wg", "group"}:
            continue
        try:
            items = _explore_only(lo, root, _only(prim))
        except TooBigError:
            continue
        explored = True
        for item in items:
            item.alone = True
            found.append(item)
    if not explored:
        raise TooBigError
    return found


def _only(wanted: Prim) -> Callable[[Prim], bool]:
    return lambda prim: prim is wanted or prim.kind in STEERS


def _explore_only(lo: Lowering, root: Root, wanted: Callable[[Prim], bool]) -> list[Stuck]:
    useful = _useful_flags(lo)

    def visible(op: Op) -> bool:
        prim = op.prim
        if op.kind in CONTROL:
            return True
        if prim is None or prim.silent or not wanted(prim):
            return False
        if op.kind == "make":
            return prim.repeated or prim.contained
        return prim.kind != "flag" or prim.ident in useful

    reducer = Reducer(lo.auto, visible)
    reduced = reducer.run([0, *(thread.entry for thread in lo.auto.threads)])
    space = Explorer(lo.auto, reduced, STATES).run()
    return stuck.find(lo.auto, space, reducer, root.name)


def _useful_flags(lo: Lowering) -> set[int]:
    """The flags of conditional defers that do something to a primitive in view."""

    def matters(op: Op | None) -> bool:
        return op is not None and (op.prim is None or not op.prim.silent) and op.kind not in {"choose", "default"}

    return {
        flag.ident
        for flag, first, last, reached in lo.flagged
        if any(matters(op) for edges in [*lo.auto.edges[first:last], lo.auto.edges[reached]] for op, _ in edges)
    }
