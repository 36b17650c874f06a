"""A sync.Cond on which nobody signals any more.

*Why it leaks*

Cond.Wait returns after a Signal or Broadcast that comes while it waits. If nobody signals, or the one who does can be
gone before, it waits for ever.

*Leaks*

    func wait(ready func() bool) {
        var mu sync.Mutex
        cond := sync.NewCond(&mu)
        mu.Lock()
        for !ready() {
            cond.Wait() // want "GLK303"
        }
        mu.Unlock()
    }

*Fixed*

    func wait(ready func() bool, set func()) {
        var mu sync.Mutex
        cond := sync.NewCond(&mu)
        go func() {
            mu.Lock()
            set()
            cond.Broadcast()
            mu.Unlock()
        }()
        for {
            mu.Lock()
            done := ready()
            mu.Unlock()
            if done {
                return
            }
        }
    }

*What it does not see*

A Cond in an object that others hold, and whether the condition can come true without a signal.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.explore.story import finding, name_of
from goleaklint.model import Finding, Rule, Severity

RULE = Rule(
    code="GLK303",
    name="unsignalled-wait",
    severity=Severity.ERROR,
    since="0.1.0",
    wait_reasons=("sync.Cond.Wait",),
    fix="call Signal or Broadcast wherever the condition changes, also on the way out",
)


def check(package: Package) -> Iterator[Finding]:
    """Waits that no goroutine in view can end."""
    for stuck in package.stuck({"cwait"}):
        yield finding(RULE, stuck, f"Wait on {name_of(stuck.prim)} may never return: nobody signals any more")
