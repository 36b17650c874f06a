"""An operation on a channel that is nil.

*Why it leaks*

Sending on a nil channel or receiving from one blocks for ever (Go specification, "Send statements" and "Receive
operator"). A variable declared without make, the C of a timer made by time.AfterFunc and the Done of
context.Background are nil.

*Leaks*

    func stop(d time.Duration, f func()) {
        timer := time.AfterFunc(d, f)
        if !timer.Stop() {
            <-timer.C // want "GLK106"
        }
    }

*Fixed*

    func stop(d time.Duration, f func()) {
        timer := time.AfterFunc(d, f)
        timer.Stop()
    }

*What it does not see*

A variable that is assigned anywhere in view, and fields of objects that others hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.explore.story import finding
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK106",
    name="nil-channel",
    severity=Severity.ERROR,
    since="0.1.0",
    wait_reasons=("chan send (nil chan)", "chan receive (nil chan)"),
    fix="make the channel before it is used",
)


def check(package: Package) -> Iterator[Finding]:
    """Bare operations on channels that are nil for certain."""
    for stuck in package.stuck({"dead"}):
        if stuck.op.select is not None or stuck.prim.name == "select {}":
            continue
        verb = "send on" if isinstance(stuck.op.place.node, ast.Send) else "receive from"
        # Main may well wait for the end of the process.
        confidence = Confidence.LOW if stuck.is_root and stuck.root == "main.main" else None
        yield finding(RULE, stuck, f"{verb} {stuck.prim.name} blocks for ever", confidence)
