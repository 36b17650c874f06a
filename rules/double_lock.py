"""A lock that its own holder asks for again.

*Why it leaks*

A sync.Mutex does not know who holds it: a goroutine that locks it twice waits for itself and never comes to the
Unlock. So does one that asks a sync.RWMutex for the write lock while it holds the read lock, or the other way round.
From then on everybody else who comes to the lock waits, too. Often the second Lock is in a method that the first one
calls, or in the next round of a loop whose `continue` skips the Unlock. A sync.Once holds such a lock while it runs its
function: one that calls Do of the same Once waits for itself.

*Leaks*

    type account struct {
        mu  sync.Mutex
        sum int
    }

    func (a *account) total() int {
        a.mu.Lock() // want "GLK402"
        defer a.mu.Unlock()
        return a.sum
    }

    func (a *account) pay(n int) bool {
        a.mu.Lock()
        defer a.mu.Unlock()
        if a.total() < n {
            return false
        }
        a.sum -= n
        return true
    }

*Fixed*

    type account struct {
        mu  sync.Mutex
        sum int
    }

    func (a *account) total() int {
        a.mu.Lock()
        defer a.mu.Unlock()
        return a.sum
    }

    func (a *account) pay(n int) bool {
        a.mu.Lock()
        defer a.mu.Unlock()
        if a.sum < n {
            return false
        }
        a.sum -= n
        return true
    }

*What it does not see*

Calls into other packages and back, callbacks that other code keeps, and the locks of two objects that only at run time
are one. Locks that a function makes for itself are the business of stuck-lock.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.lock_effects import Event, Held
from goleaklint.facts.lock_names import once_of
from goleaklint.facts.lock_story import asked_again, calls, finding, hanging, held_here, name_of, span_of
from goleaklint.facts.lock_walk import Walk
from goleaklint.facts.locks import Locks, locks_of
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK402",
    name="double-lock",
    severity=Severity.ERROR,
    since="0.2.0",
    wait_reasons=("sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock", "semacquire"),
    fix="call a variant that expects the lock to be held, or unlock before the call",
)


def check(package: Package) -> Iterator[Finding]:
    """Locks that are asked for while the same goroutine holds them; one finding for each place that asks."""
    locks = locks_of(package.facts)
    for confidence, walk, held, event in asked_again(locks, lambda held, event: "w" in (held.mode, event.mode)):
        yield _finding(locks, confidence, walk, held, event)


def _finding(locks: Locks, confidence: Confidence, walk: Walk, held: Held, event: Event) -> Finding:
    name = name_of(held.place)
    what = "locked" if event.mode == "w" else "read-locked"
    how = "again while the same goroutine holds it"
    if held.mode == "r":
        how = "while the same goroutine holds its read lock"
    elif event.mode == "r":
        how = "while the same goroutine holds it"
    message = f"{name} is {what} {how}"
    if isinstance(event.site.node, ast.Call) and once_of(event.site.known, event.site.node) is not None:
        message = f"{name}.Do is called by the function that it runs, and waits for it"
    related = [held_here(held), *calls(event)]
    related += hanging(locks, held.place, [span_of(event.site), *(one.span for one in related)])
    return finding(
        RULE,
        confidence,
        message,
        event.site,
        related,
        is_test=walk.paths.known.file.is_test,
    )
