"""A fresh background context where the caller gave one.

*Why it leaks*

A function that was given a context, or a request that carries one, is asked to stop when that context ends. What it
starts under `context.Background()` does not hear of it, and runs or waits on after its caller has gone.

*Leaks*

    func load(ctx context.Context, get func(context.Context, string) error, names []string) error {
        for _, name := range names {
            if err := get(context.Background(), name); err != nil { // want "GLK503"
                return err
            }
        }
        return nil
    }

*Fixed*

    func load(ctx context.Context, get func(context.Context, string) error, names []string) error {
        for _, name := range names {
            if err := get(ctx, name); err != nil {
                return err
            }
        }
        return nil
    }

*What it does not see*

Whether the work was detached on purpose: it is silent in deferred calls, in goroutines, after the given context has
ended, under a timeout of its own, and where a nil context is replaced; anywhere else it only notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts import apis
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.golang.walk import children, descend
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK503",
    name="background-context",
    severity=Severity.NOTE,
    confidence=Confidence.LOW,
    since="0.1.0",
    wait_reasons=("select", "chan receive"),
    fix="pass on the context that the caller gave",
)

_ROOT = re.compile(rb"\.(?:Background|TODO)\(\)")
_GIVEN = re.compile(rb"\.Context\b|\.Request\b")
_LATE = re.compile(r"(?i)shutdown|stop|close|cleanup|release|rollback|detach")


def check(package: Package) -> Iterator[Finding]:
    """Arguments that are a root context, in functions that have a better one."""
    for decl in package.facts.reported_funcs(_ROOT):
        if decl.file.is_test or not _GIVEN.search(decl.text) or _LATE.search(decl.name):
            continue
        known = bindings(package.facts, decl)
        for function in known.functions:
            given = function.given()
            if given is None or function.is_within("go") or function.is_within("defer"):
                continue
            ended = _ended_at(known, function)
            for call in _arguments(known, function):
                if not any(at <= call.at < end for at, end in ended):
                    yield _finding(known, function, call, given)


def _arguments(known: Bindings, function: Function) -> Iterator[ast.Call]:
    """Root contexts that are handed to a call, not those with a timeout of their own, nor in deferred calls."""
    late = {id(node.call) for node in function.own() if isinstance(node, ast.Defer | ast.Go)}
    for node in function.own():
        if not isinstance(node, ast.Call) or id(node) in late or known.api(node) in apis.WITH_DEADLINE:
            continue
        for arg in node.args:
            if isinstance(arg, ast.Call) and known.api(arg) in apis.ROOT_CONTEXTS:
                yield arg


def _ended_at(known: Bindings, function: Function) -> list[tuple[int, int]]:
    """Regions in which the given context has ended or is nil: after a receive from its Done, under `ctx == nil`."""
    regions: list[tuple[int, int]] = []
    for node in function.own():
        if isinstance(node, ast.CommCase) and node.comm is not None and _waits_for_end(node.comm):
            regions.append((node.at, node.end))
        elif isinstance(node, ast.Block | ast.Case):
            for stmt in node.body:
                if isinstance(stmt, ast.ExprStmt) and _waits_for_end(stmt):
                    regions.append((stmt.end, node.end))
        elif isinstance(node, ast.If) and any(_asks_context(known, inner) for inner in children(node)):
            regions.append((node.at, node.end))
    return regions


def _waits_for_end(stmt: ast.Node) -> bool:
    return any(
        isinstance(node, ast.Unary)
        and node.op == "<-"
        and isinstance(node.x, ast.Call)
        and isinstance(node.x.fun, ast.Selector)
        and node.x.fun.name == "Done"
        for node in descend(stmt)
    )


def _asks_context(known: Bindings, cond: ast.Node) -> bool:
    """`ctx == nil`, `ctx.Err() != nil`: what follows is about a context that is none, or that is over."""
    if not isinstance(cond, ast.Binary):
        return False
    for node in descend(cond):
        if isinstance(node, ast.Name) and known.var(node) is not None and known.is_a(node, apis.CONTEXT):
            return True
    return False


def _finding(known: Bindings, function: Function, call: ast.Call, given: Var) -> Finding:
    fun = call.fun
    name = fun.name if isinstance(fun, ast.Selector) else "Background"
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=RULE.confidence,
        message=f"context.{name} is used although {given.name} is at hand",
        span=known.head(call),
        function=known.qualified(function),
    )
