"""A break that is meant to end a loop and only ends its select.

*Why it leaks*

A `break` without a label leaves the innermost `for`, `switch` or `select` (Go specification, "Break statements").
In the case that says it is time to stop, it leaves only the select: the loop starts again, the same case comes true
at once, and the goroutine goes round for ever.

*Leaks*

    func consume(ctx context.Context, values <-chan int, use func(int)) {
        go func() {
            for {
                select {
                case v := <-values:
                    use(v)
                case <-ctx.Done():
                    break // want "GLK203"
                }
            }
        }()
    }

*Fixed*

    func consume(ctx context.Context, values <-chan int, use func(int)) {
        go func() {
        loop:
            for {
                select {
                case v := <-values:
                    use(v)
                case <-ctx.Done():
                    break loop
                }
            }
        }()
    }

*What it does not see*

A case on a channel of which it is not known that it stays closed. A loop that goes on for another reason than a break.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.departures import is_lasting, received
from goleaklint.facts.field_uses import slots
from goleaklint.facts.functions import Function
from goleaklint.facts.loops import ENDS, ways
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK203",
    name="select-break",
    severity=Severity.ERROR,
    since="0.2.0",
    wait_reasons=("select",),
    fix="leave the loop with a return, or with a break to its label",
)

_BREAK = re.compile(rb"\bbreak\s*(?:\n|\}|;|//)")


def check(package: Package) -> Iterator[Finding]:
    """Breaks at the end of a stop case, after which every way leads back to the select."""
    facts = package.facts
    for decl in facts.reported_funcs(_BREAK):
        if decl.body is None or b"select" not in decl.text:
            continue
        known = bindings(facts, decl)
        for function in known.functions:
            for select in function.own():
                if isinstance(select, ast.Select):
                    yield from _breaks(package, known, function, select)


def _breaks(package: Package, known: Bindings, function: Function, select: ast.Select) -> Iterator[Finding]:
    for case in select.cases:
        last = case.body[-1] if case.body else None
        channel = received(case.comm)
        if not isinstance(last, ast.Branch) or last.kind != "break" or last.label or channel is None:
            continue
        if any(isinstance(node, ast.Assign | ast.Return | ast.Go) for stmt in case.body for node in descend(stmt)):
            continue  # `done = nil` turns the case off; a flag may end the loop elsewhere
        if is_lasting(slots(package.facts), known, channel) and _goes_on(known, function, select, case):
            yield _finding(known, function, select, case, last)


def _goes_on(known: Bindings, function: Function, select: ast.Select, case: ast.CommCase) -> bool:
    """Whether a loop is around the select, and the case can lead nowhere but back to it."""
    around = parents(known).within(select)
    if not any(isinstance(outer, ast.For) for outer in around):
        return False
    paths = Paths(known, function)
    point = paths.point_of[select]
    start = point.next[select.cases.index(case)][0]
    seen: set[Point] = {start}
    stack = [start]
    is_back = False
    while stack:
        current = stack.pop()
        if current.kind in ENDS or _may_end(known, current):
            return False
        for target in ways(current, lambda case: False):
            is_back = is_back or target is point
            if target is not point and target not in seen:
                seen.add(target)
                stack.append(target)
    return is_back


def _may_end(known: Bindings, point: Point) -> bool:
    return any(isinstance(part, ast.ExprStmt) and known.ending(part.x) != "" for part in point.parts)


def _finding(known: Bindings, function: Function, select: ast.Select, case: ast.CommCase, last: ast.Branch) -> Finding:
    assert case.comm is not None
    channel = known.file.text(received(case.comm) or case.comm).decode("utf-8", "replace")
    head = known.file.span(select.at, select.at + len("select"))
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=Confidence.HIGH,
        message=f"break leaves only the select: the loop goes on after {channel}",
        span=known.head(last),
        function=known.qualified(function),
        related=(
            Related(Role.EXIT, known.head(case.comm), "this case is to end the loop"),
            Related(Role.BLOCKS, head, "it comes back here, again and again"),
        ),
    )
