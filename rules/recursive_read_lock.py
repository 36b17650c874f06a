"""A read lock that is taken while the same goroutine holds it.

*Why it leaks*

RLock of a sync.RWMutex waits as soon as a writer waits (package sync: "if any goroutine calls Lock while the lock is
already held by one or more readers, concurrent calls to RLock will block"). When a writer comes between the two RLocks
of one goroutine, the writer waits for the first, and the second waits for the writer: neither ever goes on.

*Leaks*

    type registry struct {
        mu    sync.RWMutex
        names map[string]int
    }

    func (r *registry) has(name string) bool {
        r.mu.RLock() // want "GLK404"
        defer r.mu.RUnlock()
        return r.names[name] > 0
    }

    func (r *registry) hasAll(names []string) bool {
        r.mu.RLock()
        defer r.mu.RUnlock()
        for _, name := range names {
            if !r.has(name) {
                return false
            }
        }
        return true
    }

    func (r *registry) add(name string) {
        r.mu.Lock()
        defer r.mu.Unlock()
        r.names[name]++
    }

*Fixed*

    type registry struct {
        mu    sync.RWMutex
        names map[string]int
    }

    func (r *registry) has(name string) bool {
        r.mu.RLock()
        defer r.mu.RUnlock()
        return r.names[name] > 0
    }

    func (r *registry) hasAll(names []string) bool {
        r.mu.RLock()
        defer r.mu.RUnlock()
        for _, name := range names {
            if r.names[name] == 0 {
                return false
            }
        }
        return true
    }

    func (r *registry) add(name string) {
        r.mu.Lock()
        defer r.mu.Unlock()
        r.names[name]++
    }

*What it does not see*

Calls into other packages and back, and locks that nobody in the package ever takes for writing.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.lock_effects import Event, Held
from goleaklint.facts.lock_story import asked_again, calls, finding, hanging, held_here, name_of, span_of
from goleaklint.facts.locks import Locks, locks_of
from goleaklint.model import Finding, Rule, Severity

RULE = Rule(
    code="GLK404",
    name="recursive-read-lock",
    severity=Severity.WARNING,
    since="0.2.0",
    wait_reasons=("sync.RWMutex.RLock", "sync.RWMutex.Lock", "sync.Mutex.Lock", "semacquire"),
    fix="call a variant that expects the read lock to be held, or unlock before the call",
)


def check(package: Package) -> Iterator[Finding]:
    """Read locks inside a read lock of the same RWMutex, where some code takes it for writing."""
    locks = locks_of(package.facts)

    def is_wanted(held: Held, event: Event) -> bool:
        return (held.mode, event.mode) == ("r", "r") and _has_writer(locks, held)

    for confidence, walk, held, event in asked_again(locks, is_wanted):
        related = [held_here(held), *calls(event)]
        related += hanging(locks, held.place, [span_of(event.site), *(one.span for one in related)], "w")
        yield finding(
            RULE,
            confidence,
            f"{name_of(held.place)} is read-locked again while the same goroutine holds its read lock",
            event.site,
            related,
            is_test=walk.paths.known.file.is_test,
        )


def _has_writer(locks: Locks, held: Held) -> bool:
    """A writer of the tests alone is none for the code outside of them."""
    in_test = held.site.known.file.is_test
    return any(
        mode == "w" and (in_test or not site.known.file.is_test) for mode, site in locks.takes.get(held.place.kind, ())
    )
