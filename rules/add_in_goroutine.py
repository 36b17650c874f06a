"""A WaitGroup's Add inside the goroutine that it counts.

*Why it leaks*

Wait returns as soon as the count is zero. When the goroutine itself calls Add, the one that waits may come first and
find nothing to wait for: it goes on, and the goroutine runs on alone, owned by nobody (package sync, "Add: calls with
a positive delta that occur when the counter is zero must happen before a Wait").

*Leaks*

    func all(jobs []func()) {
        var wg sync.WaitGroup
        for _, job := range jobs {
            go func() {
                wg.Add(1) // want "GLK302"
                defer wg.Done()
                job()
            }()
        }
        wg.Wait()
    }

*Fixed*

    func all(jobs []func()) {
        var wg sync.WaitGroup
        for _, job := range jobs {
            wg.Add(1)
            go func() {
                defer wg.Done()
                job()
            }()
        }
        wg.Wait()
    }

*What it does not see*

An Add in a named function that is started with `go`, and a WaitGroup whose type the function does not show.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.functions import Function
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK302",
    name="add-in-goroutine",
    severity=Severity.WARNING,
    since="0.1.0",
    fix="call Add before the go statement, or start the goroutine with WaitGroup.Go",
)


def check(package: Package) -> Iterator[Finding]:
    """Goroutines that begin by adding themselves to a WaitGroup of the function around them."""
    for decl in package.facts.reported_funcs():
        if b".Add(" not in decl.text or b"go func" not in decl.text or decl.body is None:
            continue
        known = bindings(package.facts, decl)
        for function in known.functions:
            call = _first_add(known, function)
            if call is not None:
                yield _finding(known, function, call)


def _first_add(known: Bindings, function: Function) -> ast.Call | None:
    """`wg.Add(n)` as the first statement of a goroutine, on a WaitGroup from outside it."""
    first = function.body.body[0] if function.role == "go" and function.body.body else None
    if not isinstance(first, ast.ExprStmt) or not isinstance(first.x, ast.Call):
        return None
    fun = first.x.fun
    if not isinstance(fun, ast.Selector) or fun.name != "Add" or not known.is_a(fun.x, "sync.WaitGroup"):
        return None
    var = known.var(fun.x)
    return None if var is not None and var.function is function else first.x


def _finding(known: Bindings, function: Function, call: ast.Call) -> Finding:
    created = known.head(function.node) if function.node is not None else known.head(call)
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=Confidence.HIGH,
        message="Add inside the goroutine may come after Wait, which then does not wait for it",
        span=known.head(call),
        function=known.qualified(function),
        related=(Related(Role.CREATION, created, "the goroutine is created here"),),
    )
