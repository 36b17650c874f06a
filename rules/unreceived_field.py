"""A send on a field that nothing in the package receives from.

*Why it leaks*

The channel is in an unexported field, so only its package can receive from it, and nothing there does: the first send
that finds no room in the buffer waits for ever.

*Leaks*

    type watcher struct {
        result chan int
    }

    func watch(load func() int) *watcher {
        w := &watcher{result: make(chan int)}
        go func() {
            w.result <- load() // want "GLK108"
        }()
        return w
    }

*Fixed*

    type watcher struct {
        result chan int
    }

    func watch(load func() int) *watcher {
        w := &watcher{result: make(chan int)}
        go func() {
            w.result <- load()
        }()
        return w
    }

    func (w *watcher) wait() int { return <-w.result }

*What it does not see*

An exported field; a channel that is passed on, or that is given to the type from outside. A buffered channel counts
only when a loop sends on it: how often a method is called is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.overlap import is_new
from goleaklint.explore.package import Package
from goleaklint.facts.field_uses import waited_slots
from goleaklint.facts.fields import Slot, Use
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.slot_story import finding, room
from goleaklint.facts.spawns import calls_of
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK108",
    name="unreceived-field",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("chan send", "select"),
    fix="receive from the field for as long as something sends, or select on a context beside the send",
)


def check(package: Package) -> Iterator[Finding]:
    """Sends with no other way on, on slots that are made but never received from."""
    for slot in waited_slots(package.facts, "chan"):
        if not slot.is_made or slot.has("recv", "range"):
            continue
        for use in slot.of("send"):
            if use.is_bare and use.exact and is_new(package, use, {"send"}):
                yield _finding(slot, use)


def _finding(slot: Slot, use: Use) -> Finding:
    is_certain = room(slot) == 0 or _is_repeated(use.known, use.node)
    is_medium = is_certain and not use.known.file.is_test
    message = f"send on {slot.label} blocks for ever: nothing in the package receives from it"
    if room(slot) != 0:
        message = f"send on {slot.label} blocks for ever when it is full: nothing in the package receives from it"
    return finding(RULE, slot, use, message, Confidence.MEDIUM if is_medium else Confidence.LOW)


def _is_repeated(known: Bindings, node: ast.Node, depth: int = 2) -> bool:
    """Whether something is done in a loop, here or by whoever calls this function."""
    if any(isinstance(outer, ast.For | ast.Range) for outer in parents(known).within(node)):
        return True
    if depth == 0 or parents(known).function(node).literal:
        return False
    return any(_is_repeated(caller, call, depth - 1) for caller, call in calls_of(known.facts, known.decl))
