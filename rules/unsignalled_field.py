"""A Cond field that nothing signals.

*Why it leaks*

`Wait` returns when another goroutine calls `Signal` or `Broadcast`. The Cond is in an unexported field, so only its
package can, and nothing there does.

*Leaks*

    type queue struct {
        mu       sync.Mutex
        notEmpty *sync.Cond
        items    []int
    }

    func newQueue() *queue {
        q := &queue{}
        q.notEmpty = sync.NewCond(&q.mu)
        return q
    }

    func (q *queue) push(item int) {
        q.mu.Lock()
        defer q.mu.Unlock()
        q.items = append(q.items, item)
    }

    func (q *queue) wait() {
        q.mu.Lock()
        defer q.mu.Unlock()
        for len(q.items) == 0 {
            q.notEmpty.Wait() // want "GLK305"
        }
    }

*Fixed*

    type queue struct {
        mu       sync.Mutex
        notEmpty *sync.Cond
        items    []int
    }

    func newQueue() *queue {
        q := &queue{}
        q.notEmpty = sync.NewCond(&q.mu)
        return q
    }

    func (q *queue) push(item int) {
        q.mu.Lock()
        defer q.mu.Unlock()
        q.items = append(q.items, item)
        q.notEmpty.Signal()
    }

    func (q *queue) wait() {
        q.mu.Lock()
        defer q.mu.Unlock()
        for len(q.items) == 0 {
            q.notEmpty.Wait()
        }
    }

*What it does not see*

An embedded Cond, and one that is passed on. A method that signals but is never called itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.overlap import is_new
from goleaklint.explore.package import Package
from goleaklint.facts.field_uses import waited_slots
from goleaklint.facts.slot_story import finding
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK305",
    name="unsignalled-field",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("sync.Cond.Wait",),
    fix="call Signal or Broadcast wherever the condition changes",
)


def check(package: Package) -> Iterator[Finding]:
    """Waits on Conds that are never signalled."""
    for slot in waited_slots(package.facts, "cond"):
        if not slot.is_made or slot.has("signal", "broadcast"):
            continue
        for use in slot.of("wait"):
            if use.exact and is_new(package, use, {"cwait"}):
                message = f"Wait on {slot.label} never returns: nothing in the package signals it"
                yield finding(RULE, slot, use, message, Confidence.MEDIUM)
