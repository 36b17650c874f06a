"""A semaphore that is not given back on every way out.

*Why it leaks*

A buffered channel that is sent on before some work and received from after it lets only so many goroutines in. A
function that returns between the two keeps its place: when all places are lost that way, the next send waits for ever.

*Leaks*

    type store struct {
        slots chan struct{}
    }

    func newStore() *store { return &store{slots: make(chan struct{}, 4)} }

    func (s *store) put(write func() error) error {
        s.slots <- struct{}{} // want "GLK110"
        if err := write(); err != nil {
            return err
        }
        <-s.slots
        return nil
    }

*Fixed*

    type store struct {
        slots chan struct{}
    }

    func newStore() *store { return &store{slots: make(chan struct{}, 4)} }

    func (s *store) put(write func() error) error {
        s.slots <- struct{}{}
        defer func() { <-s.slots }()
        return write()
    }

*What it does not see*

A semaphore that one function takes and another gives back; what a panic leaves behind.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.field_uses import waited_slots
from goleaklint.facts.fields import Slot, Use
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.slot_story import finding
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK110",
    name="unreleased-semaphore",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("chan send", "select"),
    fix="give the slot back on every way out, with defer",
)


def check(package: Package) -> Iterator[Finding]:
    """Sends on a buffered slot that the same function takes back on one way and not on another."""
    for slot in waited_slots(package.facts, "chan"):
        if not _is_semaphore(slot):
            continue
        for use in slot.of("send"):
            if use.exact and use.known.file.path in package.facts.unit.report:
                yield from _kept(slot, use)


def _is_semaphore(slot: Slot) -> bool:
    """Whether it is buffered, only its own functions use it, and nobody looks at what is received."""
    makes = slot.of("make")
    if not makes and slot.initial is None:
        return False
    calls = [make.node for make in makes if isinstance(make.node, ast.Call)]
    calls += [slot.initial] if slot.initial is not None else []
    if any(len(call.args) < 2 for call in calls) or slot.depth or slot.outside or slot.has("close", "range"):
        return False
    receives = slot.of("recv")
    if not all(one.is_bare and isinstance(parents(one.known).of(one.node), ast.ExprStmt) for one in receives):
        return False
    return bool(receives) and not any(map(_is_signal, slot.of("send")))


def _is_signal(use: Use) -> bool:
    """Whether a send gives up at once: it wakes whoever waits, and is owed nothing."""
    return use.select is not None and any(case.comm is None for case in use.select.cases)


def _kept(slot: Slot, take: Use) -> Iterator[Finding]:
    releases = {use.node for use in slot.of("recv")}
    callees = {use.known.decl for use in slot.of("recv")}
    own = set(take.function.own())
    if not own & releases:
        return  # another function gives it back
    paths = Paths(take.known, take.function)
    start = paths.point_of.get(take.node)
    if start is None:
        return

    def gives_back(point: Point) -> bool:
        return any(_gives_back(take.known, part, releases, callees) for part in point.parts)

    for end in paths.escapes(start, gives_back):
        if end is not start and end.kind == "return" and end.node is not None:
            yield _finding(slot, take, end.node)
            return


def _gives_back(known: Bindings, part: ast.Node, releases: set[ast.Node], callees: set[FuncDecl]) -> bool:
    """Whether the release stands here, in a literal of its own too, or in a function that is called or mentioned."""
    for node in descend(part):
        if node in releases:
            return True
        if isinstance(node, ast.Call) and known.callee(node) in callees:
            return True
        if isinstance(node, ast.Selector) and any(node.name == callee.name for callee in callees):
            return True
        var = known.var(node)
        if var is not None and isinstance(var.value, ast.FuncLit) and not releases.isdisjoint(descend(var.value)):
            return True
    return False


def _finding(slot: Slot, take: Use, end: ast.Node) -> Finding:
    file = take.known.file
    span = file.span(max(end.end - 1, end.at), end.end) if isinstance(end, ast.Block) else take.known.head(end)
    where = take.qualified.rpartition("/")[2].partition(".")[2]
    more = [Related(Role.EXIT, span, f"{where} leaves without receiving")]
    message = f"{slot.label} is not given back on every way: a later send on it may block for ever"
    # Where another function gives it back, too, what is left on this way may be its business.
    elsewhere = any(use.known.decl is not take.known.decl for use in slot.of("recv"))
    confidence = Confidence.LOW if file.is_test or elsewhere else Confidence.MEDIUM
    return finding(RULE, slot, take, message, confidence, more)
