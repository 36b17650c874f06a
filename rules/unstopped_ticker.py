"""A ticker or a timer that is not stopped, before Go 1.23.

*Why it leaks*

Before Go 1.23 a ticker that is not stopped stays in the heap of timers for as long as the process lives, and ticks
(package time, `NewTicker`); `time.Tick` gives one that nobody can stop, `time.After` a timer that stays until it fires,
as one of `time.NewTimer` does that nobody stops.
No goroutine stays with them, but each call costs some time for ever. Since Go 1.23 they are collected like anything
else, and the rule is silent; what the `go` line of the module says counts.

*Leaks*

    func poll(ready func() bool) {
        ticker := time.NewTicker(time.Second) // want "GLK703"
        for range ticker.C {
            if ready() {
                return
            }
        }
    }

*Fixed*

    func poll(ready func() bool) {
        ticker := time.NewTicker(time.Second)
        defer ticker.Stop()
        for range ticker.C {
            if ready() {
                return
            }
        }
    }

*What it does not see*

A ticker or timer that is handed on. All findings are notes of low confidence: what stays is a timer, no goroutine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.functions import Function
from goleaklint.facts.inits import reported
from goleaklint.facts.obligations import Api, Duty, duties, finding, lapse, words
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.uses import Thing
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK703",
    name="unstopped-ticker",
    severity=Severity.NOTE,
    confidence=Confidence.LOW,
    fixable=True,
    since="0.2.0",
    go="<1.23",
    fix="defer its Stop",
)

_COLLECTED = (1, 23)
_CALL = re.compile(rb"\btime\.(?:NewTicker|NewTimer|Tick|After)\(")
_TICKER = Api(Thing(release=frozenset({"Stop"}), plain=frozenset({"C"})))
_TIMER = Api(Thing(release=frozenset({"Stop", "Reset"}), plain=frozenset({"C"})))
_TABLE = {"time.NewTicker": _TICKER, "time.NewTimer": _TIMER}


def check(package: Package) -> Iterator[Finding]:
    """Tickers left running, and timers made in each round of a loop that need not wait for them."""
    facts = package.facts
    if facts.go_version >= _COLLECTED:
        return
    for decl in reported(facts, _CALL, ("time",)):
        if decl.file.is_test or facts.unit.package == "main":
            continue
        known = bindings(facts, decl)
        for duty in duties(known, _TABLE):
            found = lapse(duty, _fired(duty) if duty.api is _TIMER else ())
            if found is not None and duty.var is not None:
                yield finding(RULE, found, words(found, duty.var.name, "stopped"), RULE.confidence, method=".Stop")
        for function in known.functions:
            yield from _unstoppable(known, function)


def _fired(duty: Duty) -> list[ast.Name]:
    """Where a timer has fired: `<-timer.C`, also as a case of a select."""
    up = parents(duty.known)
    fields = {up.of(read): read for read in duty.var.reads} if duty.var is not None else {}
    receives = {field: up.of(field) for field in fields if field is not None}
    return [fields[field] for field, node in receives.items() if isinstance(node, ast.Unary) and node.op == "<-"]


def _unstoppable(known: Bindings, function: Function) -> Iterator[Finding]:
    """`time.Tick` in a function that returns, `time.After` beside other cases in a loop."""
    loops = [node.body for node in function.own() if isinstance(node, ast.For | ast.Range)]
    returns = any(isinstance(node, ast.Return) for node in function.own())
    for node in function.own():
        name = known.api(node)
        if name == "time.Tick" and returns:
            yield _note(known, function, node, "the ticker of time.Tick stays when the function returns")
    for loop in loops:
        for select in descend(loop, into_literals=False):
            if not isinstance(select, ast.Select) or len(select.cases) < 2:
                continue
            for node in (inner for case in select.cases if case.comm is not None for inner in descend(case.comm)):
                if known.api(node) == "time.After":
                    yield _note(known, function, node, "each round makes a timer that stays until it fires")


def _note(known: Bindings, function: Function, node: ast.Node, message: str) -> Finding:
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=RULE.confidence,
        message=message,
        span=known.head(node),
        function=known.qualified(function),
    )
