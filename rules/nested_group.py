"""A goroutine of a limited group that starts another one in the group.

*Why it leaks*

`Go` of a group with `SetLimit` waits until one of the group's goroutines has returned (package errgroup, "Group.Go").
When the caller is such a goroutine itself, it keeps its own place while it waits: once all places are held by
goroutines that wait like this, none of them returns, and `Wait` does not either.

*Leaks*

    func visit(dirs [][]string, read func(string) error) error {
        var g errgroup.Group
        g.SetLimit(4)
        for _, files := range dirs {
            g.Go(func() error {
                for _, file := range files {
                    g.Go(func() error { return read(file) }) // want "GLK306"
                }
                return nil
            })
        }
        return g.Wait()
    }

*Fixed*

    func visit(dirs [][]string, read func(string) error) error {
        var g errgroup.Group
        g.SetLimit(4)
        for _, files := range dirs {
            for _, file := range files {
                g.Go(func() error { return read(file) })
            }
        }
        return g.Wait()
    }

*What it does not see*

A group that is passed to another function, or kept in a field. `TryGo` does not wait.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.package import int_literal
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK306",
    name="nested-group",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("chan send",),
    fix="start the inner work in a group of its own, or without a limit",
)

_GROUP = "golang.org/x/sync/errgroup.Group"


def check(package: Package) -> Iterator[Finding]:
    """Calls of Go on a limited group in what the group runs."""
    for decl in package.facts.reported_funcs():
        if decl.body is None or b".SetLimit(" not in decl.text or decl.text.count(b".Go(") < 2:
            continue
        known = bindings(package.facts, decl)
        calls = [node for node in descend(decl.body) if isinstance(node, ast.Call)]
        for limit in calls:
            group = _group(known, limit, "SetLimit")
            if group is None or not limit.args:
                continue
            for outer in calls:
                body = outer.args[0] if _group(known, outer, "Go") is group and outer.args else None
                if isinstance(body, ast.FuncLit):
                    for inner in _own(known, body, group):
                        yield from _finding(known, limit, outer, inner, group)


def _group(known: Bindings, call: ast.Call, method: str) -> Var | None:
    """The group of which a method is called, when it is a variable that holds no other one."""
    if known.api(call) != f"({_GROUP}).{method}" or not isinstance(call.fun, ast.Selector):
        return None
    var = known.var(call.fun.x)
    return var if var is not None and len(var.stores) <= 1 else None


def _own(known: Bindings, body: ast.FuncLit, group: Var) -> Iterator[ast.Call]:
    """The calls that the goroutine itself makes: not in a literal, which another one may run."""
    for node in descend(body.body, into_literals=False):
        if isinstance(node, ast.Call) and _group(known, node, "Go") is group:
            yield node


def _finding(known: Bindings, limit: ast.Call, outer: ast.Call, inner: ast.Call, group: Var) -> Iterator[Finding]:
    most = int_literal(limit.args[0])
    is_repeated = any(isinstance(node, ast.For | ast.Range) for node in parents(known).around(outer))
    if most != 1 and not is_repeated:
        return  # one goroutine alone leaves the other places free
    if most == 0 or isinstance(limit.args[0], ast.Unary):
        return  # nothing runs at all, or -1: there is no limit
    function: Function = parents(known).function(inner)
    yield Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=Confidence.HIGH if most == 1 else Confidence.MEDIUM,
        message=f"Go waits for a place in {group.name} while its caller holds one",
        span=known.head(inner),
        function=known.qualified(function),
        related=(
            Related(Role.CREATION, known.head(outer), "the goroutine is created here"),
            Related(Role.MADE, known.head(limit), "the places are limited here"),
        ),
    )
