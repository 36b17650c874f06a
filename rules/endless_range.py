"""A range over a channel that nobody closes.

*Why it leaks*

`for v := range ch` ends when ch is closed and never otherwise. If no function closes it, or the one that does can
leave first, the loop waits for ever after the last value.

*Leaks*

    func sum(values []int) int {
        in := make(chan int)
        total := 0
        go func() {
            for v := range in { // want "GLK103"
                total += v
            }
        }()
        for _, v := range values {
            in <- v
        }
        return total
    }

*Fixed*

    func sum(values []int) int {
        in := make(chan int)
        done := make(chan int, 1)
        go func() {
            total := 0
            for v := range in {
                total += v
            }
            done <- total
        }()
        for _, v := range values {
            in <- v
        }
        close(in)
        return <-done
    }

*What it does not see*

A channel that is a field, or that other packages hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.explore.story import finding, name_of
from goleaklint.model import Finding, Rule, Severity

RULE = Rule(
    code="GLK103",
    name="endless-range",
    severity=Severity.ERROR,
    since="0.1.0",
    wait_reasons=("chan receive",),
    fix="close the channel when its last sender is done, with defer",
)


def check(package: Package) -> Iterator[Finding]:
    """Ranges over channels that can stay open for ever."""
    for stuck in package.stuck({"range"}):
        name = name_of(stuck.prim)
        why = "which may never be closed" if stuck.partners else "which nobody closes"
        yield finding(RULE, stuck, f"range over {name}, {why}, never ends")
