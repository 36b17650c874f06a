"""A send on a channel that nobody receives from.

*Why it leaks*

A send on a channel without free room needs a receiver, and no code that can reach the channel has one; or the only
receiver is further down in the very goroutine that sends. A second send where one was planned is of this kind too.

*Leaks*

    func first(load func() (int, error)) int {
        result := make(chan int)
        v, err := load()
        if err != nil {
            result <- 0 // want "GLK104"
        }
        return v + <-result
    }

*Fixed*

    func first(load func() (int, error)) int {
        result := make(chan int, 1)
        v, err := load()
        if err != nil {
            v = 0
        }
        result <- v
        return v + <-result
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
    code="GLK104",
    name="unreceived-send",
    severity=Severity.ERROR,
    since="0.1.0",
    wait_reasons=("chan send",),
    fix="receive from the channel, or do not send: make(chan T, 1) holds one value that nobody wants",
)


def check(package: Package) -> Iterator[Finding]:
    """Sends for which no other goroutine in view receives."""
    for stuck in package.stuck({"send"}):
        if stuck.op.select is not None or not stuck.never_released:
            continue
        yield finding(
            RULE, stuck, f"send on {name_of(stuck.prim)} blocks for ever: no other goroutine receives from it"
        )
