"""A send that its receiver may have left behind.

*Why it leaks*

A send on a channel without free room waits for a receiver. If every function that receives can return first (a
timeout or a context wins its select, an error returns early, the first of several results is enough), the goroutine
that sends waits for ever, with all that it holds.

*Leaks*

    func fetch(load func() int, d time.Duration) (int, error) {
        result := make(chan int)
        go func() {
            result <- load() // want "GLK101"
        }()
        select {
        case v := <-result:
            return v, nil
        case <-time.After(d):
            return 0, errors.New("timeout")
        }
    }

*Fixed*

    func fetch(load func() int, d time.Duration) (int, error) {
        result := make(chan int, 1)
        go func() {
            result <- load()
        }()
        select {
        case v := <-result:
            return v, nil
        case <-time.After(d):
            return 0, errors.New("timeout")
        }
    }

*What it does not see*

A channel that leaves the function's view: stored in an object that others hold, handed to code of another package.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from goleaklint.explore.package import Package
from goleaklint.explore.story import finding, name_of
from goleaklint.explore.stuck import Stuck
from goleaklint.facts.context_fixes import select_on_context
from goleaklint.facts.room_fixes import room
from goleaklint.golang import ast
from goleaklint.model import Finding, Fix, Rule, Severity

RULE = Rule(
    code="GLK101",
    name="abandoned-send",
    severity=Severity.ERROR,
    fixable=True,
    since="0.1.0",
    wait_reasons=("chan send",),
    fix="make room for the send, make(chan T, 1), or select on the receiver's context beside it",
)


def check(package: Package) -> Iterator[Finding]:
    """Sends that have receivers in view, all of which can be gone."""
    for stuck in package.stuck({"send"}):
        if stuck.op.select is not None or stuck.never_released:
            continue
        found = finding(RULE, stuck, f"send on {name_of(stuck.prim)} blocks for ever when its receiver is gone")
        yield msgspec.structs.replace(found, fix=_fix(package, stuck))


def _fix(package: Package, stuck: Stuck) -> Fix | None:
    """Room for the sends on a channel that is made once, without any; else a select, in a goroutine with a context."""
    made, send, prim = stuck.prim.made, stuck.op.place, stuck.prim
    if made is not None and isinstance(made.node, ast.Call) and isinstance(send.node, ast.Send):
        is_once = made.file is send.file and not (prim.repeated or prim.reassigned or prim.capacity)
        fix = room(package.facts, made.file, made.node, send.node) if is_once else None
        if fix is not None:
            return fix
    return None if stuck.is_root else select_on_context(package.facts, send.file, send.node)
