"""A WaitGroup whose count may never reach zero.

*Why it leaks*

Wait returns when the count is zero. If a goroutine can end without its Done, if more is added than done, or if the
goroutine that would call Done is stuck itself, Wait blocks for ever. The same holds for errgroup's Wait.

*Leaks*

    func all(jobs []func() error) {
        var wg sync.WaitGroup
        for _, job := range jobs {
            wg.Add(1)
            go func() {
                if err := job(); err != nil {
                    return
                }
                wg.Done()
            }()
        }
        wg.Wait() // want "GLK301"
    }

*Fixed*

    func all(jobs []func() error) {
        var wg sync.WaitGroup
        for _, job := range jobs {
            wg.Add(1)
            go func() {
                defer wg.Done()
                if err := job(); err != nil {
                    return
                }
            }()
        }
        wg.Wait()
    }

*What it does not see*

A WaitGroup in an object that others hold, and counts that the source does not tell.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.explore.story import finding, name_of
from goleaklint.model import Finding, Rule, Severity

RULE = Rule(
    code="GLK301",
    name="stuck-wait",
    severity=Severity.ERROR,
    since="0.1.0",
    wait_reasons=("sync.WaitGroup.Wait", "semacquire"),
    fix="call Done on every way out of the goroutine, with defer, as often as Add counted",
)


def check(package: Package) -> Iterator[Finding]:
    """Waits whose count can stay above zero."""
    for stuck in package.stuck({"wait"}):
        yield finding(RULE, stuck, f"Wait on {name_of(stuck.prim)} may never return: its count can stay above zero")
