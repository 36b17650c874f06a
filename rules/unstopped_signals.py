"""A watch for signals that is not stopped on some way out.

*Why it leaks*

`signal.NotifyContext` starts a goroutine that waits for a signal or for the end of the parent (os/signal, signal.go:
`NotifyContext`); its stop function ends it. `signal.Notify` keeps its channel in a table of the process until
`signal.Stop`, and whoever waits for the channel waits until the next signal.

*Leaks*

    func serve(run func(context.Context) error, ready func() bool) error {
        ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // want "GLK705"
        if !ready() {
            return errors.New("not ready")
        }
        defer stop()
        return run(ctx)
    }

*Fixed*

    func serve(run func(context.Context) error, ready func() bool) error {
        ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
        defer stop()
        if !ready() {
            return errors.New("not ready")
        }
        return run(ctx)
    }

*What it does not see*

A stop function that is handed on. In a command, with a parent that may end, and for the channel of `signal.Notify`,
confidence is low.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts import apis
from goleaklint.facts.functions import Function
from goleaklint.facts.inits import reported
from goleaklint.facts.lifetime import is_over_after
from goleaklint.facts.obligations import Api, Lapse, duties, finding, lapse, words
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.uses import Thing, Use, use_of
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK705",
    name="unstopped-signals",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    fixable=True,
    since="0.2.0",
    wait_reasons=("select", "chan receive"),
    fix="call signal.Stop, or the stop function of NotifyContext, on every way out",
)

_CALL = re.compile(rb"\bsignal\.Notify(?:Context)?\(")
_STOPS = re.compile(rb"\bsignal\.(?:Stop|Reset)\(")
_CHANNEL = Thing(release=frozenset(), lookers=frozenset({"os/signal.Notify", "os/signal.Ignore"}))
_TABLE = {"os/signal.NotifyContext": Api(Thing(release=frozenset({"()"})), result=1)}


def check(package: Package) -> Iterator[Finding]:
    """Stop functions of NotifyContext that are not called, and channels of Notify that nobody takes back."""
    facts = package.facts
    for decl in reported(facts, _CALL, ("os/signal",)):
        known = bindings(facts, decl)
        for duty in duties(known, _TABLE):
            found = lapse(duty)
            if found is None:
                continue
            message = (
                "the stop function of NotifyContext is dropped"
                if duty.var is None
                else words(found, duty.var.name, "called")
            )
            yield finding(RULE, found, message, _confidence(known, found), method="")
        if decl.file.is_test or facts.unit.package == "main" or any(_STOPS.search(f.data) for f in facts.unit.files):
            continue
        for function in known.functions:
            yield from _channels(known, function)


def _confidence(known: Bindings, found: Lapse) -> Confidence:
    args = found.duty.call.args
    is_root = bool(args) and known.api(args[0]) in apis.ROOT_CONTEXTS
    return Confidence.MEDIUM if is_root and not found.duty.ends_with_process else Confidence.LOW


def _channels(known: Bindings, function: Function) -> Iterator[Finding]:
    """`signal.Notify(c, ...)` of a local channel in a function that may be called again."""
    for node in function.own():
        if not isinstance(node, ast.Call) or known.api(node) != "os/signal.Notify" or not node.args:
            continue
        var = known.var(node.args[0])
        if var is None or var.kind != "local" or var.function is not function:
            continue
        if any(use_of(known, read, _CHANNEL) is not Use.LOOKS for read in var.reads):
            continue
        if is_over_after(known, function, node):
            continue
        if any(isinstance(inner, ast.For) and inner.cond is None for inner in descend(function.body)):
            continue
        yield Finding(
            code=RULE.code,
            name=RULE.name,
            severity=Severity.NOTE,
            confidence=Confidence.LOW,
            message=f"signals are sent to {var.name} for as long as the process lives",
            span=known.head(node),
            function=known.qualified(function),
        )
