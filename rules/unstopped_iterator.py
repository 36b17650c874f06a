"""A pulled iterator that is not stopped on some way out.

*Why it leaks*

`iter.Pull` runs the sequence in a coroutine of its own (package iter, `Pull`: "it is the caller's responsibility to
call stop"). Until `next` has said that nothing is left, or `stop` is called, the coroutine stays, parked in its yield,
with whatever the sequence holds open. A dump shows it as `coroutine`; the leak profile of Go 1.26 does not count it.

*Leaks*

    func first(seq iter.Seq[int], skip int) int {
        next, stop := iter.Pull(seq) // want "GLK704"
        for range skip {
            if _, ok := next(); !ok {
                return 0
            }
        }
        v, ok := next()
        if v < 0 {
            return -1
        }
        stop()
        if !ok {
            return 0
        }
        return v
    }

*Fixed*

    func first(seq iter.Seq[int], skip int) int {
        next, stop := iter.Pull(seq)
        defer stop()
        for range skip {
            if _, ok := next(); !ok {
                return 0
            }
        }
        v, _ := next()
        return v
    }

*What it does not see*

A stop function that is handed on. A sequence that was pulled to its end needs no stop: where that is all that is
missing, confidence is low.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.inits import reported
from goleaklint.facts.obligations import Api, duties, finding, lapse, words
from goleaklint.facts.resolve import bindings
from goleaklint.facts.uses import Thing
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK704",
    name="unstopped-iterator",
    severity=Severity.ERROR,
    fixable=True,
    since="0.2.0",
    wait_reasons=("coroutine",),
    go=">=1.23",
    fix="defer the stop function that iter.Pull returns",
)

_CALL = re.compile(rb"\biter\.Pull2?\b")
_STOP = Api(Thing(release=frozenset({"()"}), drained_by="()"), result=1)
_TABLE = {"iter.Pull": _STOP, "iter.Pull2": _STOP}


def check(package: Package) -> Iterator[Finding]:
    """Stop functions that are dropped, or not called on a path to the end of their function."""
    facts = package.facts
    for decl in reported(facts, _CALL, ("iter",)):
        known = bindings(facts, decl)
        for duty in duties(known, _TABLE):
            found = lapse(duty)
            if found is None:
                continue
            if found.how == "discarded":
                # Whoever drops stop may pull to the end; whoever does not even look at ok, does not.
                pulled = duty.stmt.left[0] if isinstance(duty.stmt, ast.Assign) and duty.stmt.left else None
                yield finding(RULE, found, "the stop function of the iterator is dropped", _drop(known.var(pulled)))
                continue
            assert duty.var is not None
            confidence = Confidence.LOW if found.drained else Confidence.HIGH
            yield finding(RULE, found, words(found, duty.var.name, "called"), confidence, method="")


def _drop(pulled: object) -> Confidence:
    return Confidence.LOW if pulled is not None else Confidence.MEDIUM
