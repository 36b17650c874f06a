"""A lock that is never released for this goroutine.

*Why it leaks*

Lock waits until the holder unlocks. If a path leaves without unlocking, if the same goroutine locks twice, or if the
holder waits for this goroutine in turn, it waits for ever, and so does everybody after it.

*Leaks*

    func update(apply func() error) error {
        var mu sync.Mutex
        mu.Lock()
        if err := apply(); err != nil {
            mu.Lock() // want "GLK401"
            return err
        }
        mu.Unlock()
        return nil
    }

*Fixed*

    func update(apply func() error) error {
        var mu sync.Mutex
        mu.Lock()
        defer mu.Unlock()
        return apply()
    }

*What it does not see*

A lock in an object that others hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.explore.story import finding, name_of
from goleaklint.model import Finding, Rule, Severity

RULE = Rule(
    code="GLK401",
    name="stuck-lock",
    severity=Severity.ERROR,
    since="0.1.0",
    wait_reasons=("sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock", "semacquire"),
    fix="unlock on every way out of whoever holds the lock, with defer",
)


def check(package: Package) -> Iterator[Finding]:
    """Locks that stay held."""
    for stuck in package.stuck({"lock", "rlock"}):
        yield finding(RULE, stuck, f"lock of {name_of(stuck.prim)} blocks for ever: it stays held")
