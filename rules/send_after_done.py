"""A send on the channel that a select has just given up, with no way on this time.

*Why it leaks*

The select offers a value, or takes the way out when a context or a stop channel says that it is over. The receiver is
told by the same signal and leaves, too. A send on that channel in the case of the signal waits for a receiver that is
gone: what the select was there to avoid.

*Leaks*

    func produce(ctx context.Context, out chan<- int) {
        for i := 0; ; i++ {
            select {
            case out <- i:
            case <-ctx.Done():
                out <- i // want "GLK111"
                return
            }
        }
    }

*Fixed*

    func produce(ctx context.Context, out chan<- int) {
        for i := 0; ; i++ {
            select {
            case out <- i:
            case <-ctx.Done():
                return
            }
        }
    }

*What it does not see*

What the receivers do. The send of another value, such as the error of the context, is told at low confidence: a
receiver may wait for just that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.departures import is_lasting, received
from goleaklint.facts.field_uses import slots
from goleaklint.facts.functions import Function
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK111",
    name="send-after-done",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("chan send",),
    fix="drop the value when the context is done, or make the send a case of the same select",
)

_CASES = re.compile(rb"\bcase\s+[\w.\[\]]+\s*<-")


def check(package: Package) -> Iterator[Finding]:
    """Sends in the case of a signal, on the channel of another case of the select."""
    facts = package.facts
    for decl in facts.reported_funcs():
        if decl.body is None or not _CASES.search(decl.text) or decl.text.count(b"<-") < 3:
            continue
        known = bindings(facts, decl)
        for function in known.functions:
            for select in function.own():
                if isinstance(select, ast.Select):
                    yield from _sent_again(package, known, function, select)


def _sent_again(package: Package, known: Bindings, function: Function, select: ast.Select) -> Iterator[Finding]:
    offers = [case.comm for case in select.cases if isinstance(case.comm, ast.Send)]
    for case in select.cases:
        signal = received(case.comm)
        if not offers or signal is None or any(one.comm is None for one in select.cases):
            continue
        if not is_lasting(slots(package.facts), known, signal):
            continue
        for stmt in case.body:
            if not isinstance(stmt, ast.Send):
                continue
            offer = next((one for one in offers if _text(known, one.channel) == _text(known, stmt.channel)), None)
            if offer is not None and _is_unbuffered(known, stmt.channel) and _is_new(package, known, stmt):
                yield _finding(known, function, offer, case, stmt)


def _is_unbuffered(known: Bindings, channel: ast.Expr) -> bool:
    """Whether the channel is not known to have room: a local one says so where it is made."""
    var = known.var(channel)
    made = var.value if var is not None and len(var.stores) == 1 else None
    return not (isinstance(made, ast.Call) and known.api(made) == "make" and len(made.args) > 1)


def _is_new(package: Package, known: Bindings, send: ast.Send) -> bool:
    """Whether the channel is not one of which the exploration sees both sides, or the rules on fields do."""
    if isinstance(send.channel, ast.Selector):
        found = slots(package.facts).field(known, send.channel)
        return not any(not slot.root().open and slot.is_made for slot in found)
    var = known.var(send.channel)
    return var is not None and var.kind == "param"


def _text(known: Bindings, node: ast.Node) -> bytes:
    return known.file.text(node)


def _finding(known: Bindings, function: Function, offer: ast.Send, case: ast.CommCase, send: ast.Send) -> Finding:
    assert case.comm is not None
    sure = _text(known, offer.value) == _text(known, send.value) and not known.file.is_test
    signal = received(case.comm)
    over = _text(known, signal).decode("utf-8", "replace") if signal is not None else ""
    channel = _text(known, send.channel).decode("utf-8", "replace")
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity if sure else Severity.NOTE,
        confidence=Confidence.MEDIUM if sure else Confidence.LOW,
        message=f"send on {channel} after {over} may block for ever: its receiver is told to leave, too",
        span=known.head(send),
        function=known.qualified(function),
        related=(
            Related(Role.EXIT, known.head(case.comm), "this case is to give the send up"),
            Related(Role.PARTNER, known.head(offer), "the select offers the value here"),
        ),
    )
