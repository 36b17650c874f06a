"""A receive from a channel that nobody sends on or closes.

*Why it leaks*

A receive waits until somebody sends or closes, and no code that can reach the channel does. A context that is made
from context.Background and never cancelled is such a channel.

*Leaks*

    func wait() {
        ready := make(chan struct{})
        go func() {
            <-ready // want "GLK105"
        }()
    }

*Fixed*

    func wait() {
        ready := make(chan struct{})
        go func() {
            <-ready
        }()
        close(ready)
    }

*What it does not see*

A channel that leaves the function's view.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.explore.story import finding, name_of
from goleaklint.model import Finding, Rule, Severity

RULE = Rule(
    code="GLK105",
    name="unsent-receive",
    severity=Severity.ERROR,
    since="0.1.0",
    wait_reasons=("chan receive",),
    fix="send on the channel or close it on every way, or select on a context beside the receive",
)


def check(package: Package) -> Iterator[Finding]:
    """Receives for which no other goroutine in view sends or closes."""
    for stuck in package.stuck({"recv"}):
        if stuck.op.select is not None or not stuck.never_released:
            continue
        message = f"receive from {name_of(stuck.prim)} blocks for ever: nobody sends on it or closes it"
        yield finding(RULE, stuck, message)
