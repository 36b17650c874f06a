"""A WaitGroup field whose count nothing takes back.

*Why it leaks*

`Wait` returns when the count is zero. The WaitGroup is in an unexported field, so only its package can call `Done`;
the package calls `Add` and `Wait`, and nothing in it calls `Done`.

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
from goleaklint.facts.fields import Use
from goleaklint.facts.slot_story import constant, finding, partners
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Rule, Severity

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
    """Waits for WaitGroups that are only added to."""
    for slot in waited_slots(package.facts, "wg"):
        adds, waits = slot.of("add"), slot.of("wait")
        if not slot.is_made or not waits or slot.has("done") or not adds or not all(map(_adds, adds)):
            continue
        for use in waits:
            if use.exact and is_new(package, use, {"wait"}):
                message = f"Wait on {slot.label} never returns: nothing in the package calls its Done"
                yield finding(RULE, slot, use, message, Confidence.MEDIUM, partners(adds, "adds to it here"))


def _adds(use: Use) -> bool:
    """Whether the call adds: a negative number, or one that is not known, may take back."""
    assert isinstance(use.node, ast.Call)
    args = use.node.args
    count = constant(use.known, args[0]) if len(args) == 1 else None
    return count is not None and count > 0
