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
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import bindings
from goleaklint.facts.rewrites import replaced, siblings
from goleaklint.golang import ast
from goleaklint.model import Edit, Finding, Fix, Rule, Severity

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
    """Room for the sends: for a local channel that is only sent to once, by a goroutine made once, and received from.

    Safe when the goroutine does nothing after the send, so that it cannot matter that it no longer waits.
    """
    made, send, prim = stuck.prim.made, stuck.op.place, stuck.prim
    if made is None or made.file is not send.file or not isinstance(made.node, ast.Call) or len(made.node.args) != 1:
        return None
    if prim.repeated or prim.reassigned or prim.capacity or stuck.thread.in_loop or stuck.thread.instances > 1:
        return None
    if not isinstance(send.node, ast.Send) or stuck.op.looping:
        return None
    at = made.node.at
    decl = next((one for one in package.facts.all_funcs() if one.file is made.file and one.at <= at < one.end), None)
    if decl is None:
        return None
    known = bindings(package.facts, decl)
    up, var = parents(known), known.var(send.node.channel)
    if var is None or var.value is not made.node or len(var.stores) > 1 or siblings(known, send.node) is None:
        return None
    if any(isinstance(node, ast.For | ast.Range) for node in up.around(send.node)):
        return None  # a goroutine for each turn of a loop: one place is not room for all of them
    receives = (ast.Unary, ast.Range)
    if not all(read is send.node.channel or isinstance(up.of(read), receives) for read in var.reads):
        return None
    function = up.function(send.node)
    edit = Edit(made.file.span(made.node.end - 1, made.node.end - 1), ", 1")
    if function.role != "go" or replaced(made.file, made.node, "") is None:
        return None
    is_last = bool(function.body.body) and function.body.body[-1] is send.node
    has_defers = any(isinstance(node, ast.Defer) for node in function.own())
    return Fix((edit,), is_last and not has_defers, f"make room for the value that is sent on {var.name}")
