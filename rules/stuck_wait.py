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

import msgspec

from goleaklint.explore.package import Package
from goleaklint.explore.story import confidence_of, finding, name_of
from goleaklint.explore.stuck import Stuck
from goleaklint.facts.done_fixes import always_done
from goleaklint.model import Confidence, Edit, Finding, Fix, Rule, Severity

RULE = Rule(
    code="GLK301",
    name="stuck-wait",
    severity=Severity.ERROR,
    fixable=True,
    since="0.1.0",
    wait_reasons=("sync.WaitGroup.Wait", "semacquire"),
    fix="call Done on every way out of the goroutine, with defer, as often as Add counted",
)


def check(package: Package) -> Iterator[Finding]:
    """Waits whose count can stay above zero."""
    for stuck in package.stuck({"wait"}):
        found = finding(RULE, stuck, f"Wait on {name_of(stuck.prim)} may never return: its count can stay above zero")
        yield msgspec.structs.replace(found, fix=_fix(package, stuck))


def _fix(package: Package, stuck: Stuck) -> Fix | None:
    """`defer wg.Done()` in every function that leaves without it."""
    if stuck.prim.kind != "wg":
        return None
    edits: dict[Edit, None] = {}
    fixes: list[Fix] = []
    for partner in stuck.partners:
        release = partner.release
        if release is None or release.place.file is not stuck.op.place.file:
            continue
        fix = always_done(package.facts, release.place.file, release.place.node)
        if fix is not None:
            edits.update(dict.fromkeys(fix.edits))
            fixes.append(fix)
    if not fixes:
        return None
    is_sure = confidence_of(stuck) > Confidence.LOW and all(fix.safe for fix in fixes)
    return Fix(tuple(edits), is_sure, fixes[0].message)
