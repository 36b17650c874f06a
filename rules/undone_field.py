"""A WaitGroup field whose count nothing takes back.

*Why it leaks*

`Wait` returns when the count is zero. The WaitGroup is in an unexported field, so only its package can call `Done`;
the package calls `Add` and `Wait`, and nothing in it calls `Done`; or a goroutine that was counted when it was started
calls `Done` on one way out and not on another.

*Leaks*

    type server struct {
        mu    sync.Mutex
        tasks sync.WaitGroup
    }

    func (s *server) begin() {
        s.tasks.Add(1)
    }

    func (s *server) drain() {
        s.mu.Lock()
        defer s.mu.Unlock()
        s.tasks.Wait() // want "GLK304"
    }

*Fixed*

    type server struct {
        mu    sync.Mutex
        tasks sync.WaitGroup
    }

    func (s *server) begin() {
        s.tasks.Add(1)
    }

    func (s *server) end() {
        s.tasks.Done()
    }

    func (s *server) drain() {
        s.mu.Lock()
        defer s.mu.Unlock()
        s.tasks.Wait()
    }

*What it does not see*

An embedded WaitGroup, and one that is passed on. A method that calls `Done` but is never called itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.overlap import is_new
from goleaklint.explore.package import Package
from goleaklint.facts.field_uses import waited_slots
from goleaklint.facts.fields import Slot, Use
from goleaklint.facts.paths import Paths
from goleaklint.facts.slot_story import constant, finding, partners
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK304",
    name="undone-field",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("sync.WaitGroup.Wait", "semacquire"),
    fix="call Done of the field in the goroutine that it counts, with defer",
)


def check(package: Package) -> Iterator[Finding]:
    """Waits for WaitGroups that are only added to, or whose goroutines can end without a Done."""
    for slot in waited_slots(package.facts, "wg"):
        adds, waits = slot.of("add"), slot.of("wait")
        if not slot.is_made or not waits or not adds or not all(map(_adds, adds)):
            continue
        message = f"Wait on {slot.label} never returns: nothing in the package calls its Done"
        told = list(partners(adds, "adds to it here"))
        if slot.has("done"):
            message = f"Wait on {slot.label} never returns when a goroutine has ended without its Done"
            told = [related for done in slot.of("done") for related in _missed(slot, done)]
        for use in waits if told else ():
            if use.exact and is_new(package, use, {"wait"}):
                yield finding(RULE, slot, use, message, Confidence.MEDIUM, told)


def _missed(slot: Slot, done: Use) -> Iterator[Related]:
    """The ways out of a goroutine that its creator has counted, on which it calls no Done."""
    function, parent = done.function, done.function.parent
    if function.role != "go" or function.node is None or parent is None or not done.exact:
        return
    if not any(add.function is parent and add.node.at < function.node.at for add in slot.of("add")):
        return
    uses = slot.of("done", "wait")
    inside = [
        one.node.at for one in uses if one.known is done.known and function.node.at <= one.node.at < function.node.end
    ]
    others = {one.known.decl.name.encode() + b"(" for one in uses if one.node.at not in inside}
    text = done.known.file.data[function.node.at : function.node.end]
    if min(inside) != done.node.at or any(name in text for name in others):
        return  # told for the first Done of the goroutine; another function may do it for it
    paths = Paths(done.known, function)
    seen, stack = {paths.entry}, [paths.entry]
    while stack:
        point = stack.pop()
        if any(part.at <= at < part.end for part in point.parts for at in inside):
            continue
        if point.kind == "return" and point.node is not None:
            node = point.node
            span = (
                done.known.file.span(node.end - 1, node.end) if isinstance(node, ast.Block) else done.known.head(node)
            )
            yield Related(Role.EXIT, span, "this way out does not call Done")
        stack += [target for target, _ in point.next if target not in seen]
        seen.update(target for target, _ in point.next)


def _adds(use: Use) -> bool:
    """Whether the call adds: a negative number, or one that is not known, may take back."""
    assert isinstance(use.node, ast.Call)
    args = use.node.args
    count = constant(use.known, args[0]) if len(args) == 1 else None
    return count is not None and count > 0
