"""A select of which no case can ever come true.

*Why it leaks*

A select without default waits until one of its cases can go on. If the partners of all of them can be gone, it waits
for ever.

*Leaks*

    func serve(work func() bool) {
        values, stop := make(chan int), make(chan struct{})
        go func() {
            for {
                select { // want "GLK201"
                case <-values:
                case <-stop:
                    return
                }
            }
        }()
        if work() {
            return
        }
        values <- 1
        close(stop)
    }

*Fixed*

    func serve(work func() bool) {
        values, stop := make(chan int), make(chan struct{})
        defer close(stop)
        go func() {
            for {
                select {
                case <-values:
                case <-stop:
                    return
                }
            }
        }()
        if work() {
            return
        }
        values <- 1
    }

*What it does not see*

A select with a case on anything out of view: a timer, a context of the caller, a channel of another package.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.explore.story import at_select, finding, name_of
from goleaklint.model import Finding, Rule, Severity

RULE = Rule(
    code="GLK201",
    name="dead-select",
    severity=Severity.ERROR,
    since="0.1.0",
    wait_reasons=("select",),
    fix="add a case that can come true, such as the context's Done, or close one of the channels",
)


def check(package: Package) -> Iterator[Finding]:
    """Selects with all cases in view and none that can come true."""
    for stuck in package.stuck({"send", "recv", "dead"}):
        if stuck.op.select is None:
            continue
        names = list(dict.fromkeys(name_of(op.prim) for op in [stuck.op, *stuck.alternatives] if op.prim is not None))
        yield at_select(
            finding(RULE, stuck, f"select on {', '.join(names)} blocks for ever: no case can come true"), stuck
        )
