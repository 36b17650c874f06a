"""A receive that its sender may have left behind.

*Why it leaks*

A receive waits until somebody sends or closes. If every function that would do so can return first, on an error path
or after another case of its select, the receiver waits for ever.

*Leaks*

    func run(work func() error) error {
        done := make(chan error)
        go func() {
            if err := work(); err != nil {
                return
            }
            done <- nil
        }()
        return <-done // want "GLK102"
    }

*Fixed*

    func run(work func() error) error {
        done := make(chan error, 1)
        go func() {
            done <- work()
        }()
        return <-done
    }

*What it does not see*

A channel that leaves the function's view, and senders that panic.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.explore.story import finding, name_of
from goleaklint.model import Finding, Rule, Severity

RULE = Rule(
    code="GLK102",
    name="abandoned-receive",
    severity=Severity.ERROR,
    since="0.1.0",
    wait_reasons=("chan receive",),
    fix="close the channel on every way out of its sender, with defer, or select on a context beside the receive",
)


def check(package: Package) -> Iterator[Finding]:
    """Receives that have senders or closers in view, all of which can be gone."""
    for stuck in package.stuck({"recv"}):
        if stuck.op.select is not None or stuck.never_released:
            continue
        yield finding(RULE, stuck, f"receive from {name_of(stuck.prim)} blocks for ever when its sender is gone")
