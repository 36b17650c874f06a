"""A receive from a field that nothing in the package sends on or closes.

*Why it leaks*

The channel is in an unexported field, so only its package can send on it or close it, and nothing there does: whoever
receives waits for ever.

*Leaks*

    type stopper struct {
        quit chan struct{}
    }

    func newStopper() *stopper { return &stopper{quit: make(chan struct{})} }

    func (s *stopper) stopped() <-chan struct{} { return s.quit }

    func (s *stopper) start(work func()) {
        go func() {
            work()
            <-s.stopped() // want "GLK107"
        }()
    }

*Fixed*

    type stopper struct {
        quit chan struct{}
    }

    func newStopper() *stopper { return &stopper{quit: make(chan struct{})} }

    func (s *stopper) stopped() <-chan struct{} { return s.quit }

    func (s *stopper) stop() { close(s.quit) }

    func (s *stopper) start(work func()) {
        go func() {
            work()
            <-s.stopped()
        }()
    }

*What it does not see*

An exported field; a channel that is passed on, or that is given to the type from outside. A method that closes the
field but is never called itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.overlap import is_new
from goleaklint.explore.package import Package
from goleaklint.facts.field_uses import waited_slots
from goleaklint.facts.fields import Slot, Use
from goleaklint.facts.slot_story import finding
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK107",
    name="unsent-field",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("chan receive", "select"),
    fix="send on the field's channel or close it when there is nothing more to come",
)


def check(package: Package) -> Iterator[Finding]:
    """Receives with no other way on, from slots that are made but never sent on or closed."""
    for slot in waited_slots(package.facts, "chan"):
        if not slot.is_made or slot.has("send", "close"):
            continue
        for use in slot.of("recv", "range"):
            if use.is_bare and use.exact and is_new(package, use, {"recv", "range"}):
                yield _finding(slot, use)


def _finding(slot: Slot, use: Use) -> Finding:
    verb = "range over" if use.kind == "range" else "receive from"
    message = f"{verb} {slot.label} blocks for ever: nothing in the package sends on it or closes it"
    # A channel that never gives anything is what a test, or a variable of the package, has to make something wait.
    is_meant = use.known.file.is_test or not slot.owner
    return finding(RULE, slot, use, message, Confidence.LOW if is_meant else Confidence.MEDIUM)
