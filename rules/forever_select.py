"""An empty select outside main.

*Why it leaks*

`select {}` blocks its goroutine for ever (Go specification, "Select statements"). In main that is a way to keep the
process alive; anywhere else it is a goroutine that nothing can end.

*Leaks*

    func watch(notify func()) {
        go func() {
            notify()
            select {} // want "GLK202"
        }()
    }

*Fixed*

    func watch(ctx context.Context, notify func()) {
        go func() {
            notify()
            <-ctx.Done()
        }()
    }

*What it does not see*

A function that is called only from main.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.explore.story import finding
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK202",
    name="forever-select",
    severity=Severity.ERROR,
    since="0.1.0",
    wait_reasons=("select (no cases)",),
    fix="wait for something that ends: a context's Done or a quit channel",
)


def check(package: Package) -> Iterator[Finding]:
    """Empty selects in functions other than main."""
    for stuck in package.stuck({"dead"}):
        if stuck.prim.name != "select {}" or stuck.root.startswith("main.main"):
            continue
        # A function that blocks its caller may be the last thing that main does.
        sure = Confidence.LOW if stuck.is_root else None
        yield finding(RULE, stuck, "select {} blocks this goroutine for ever", sure)
