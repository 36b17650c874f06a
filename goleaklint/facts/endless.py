"""Functions that never return: the loops in which they stay for good."""

from __future__ import annotations

import re

from goleaklint.facts.clock_stops import is_clock
from goleaklint.facts.functions import Function
from goleaklint.facts.loops import ENDS
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.unchanging import reachable
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Span

_MAY_STAY = re.compile(rb"\bfor\b[^;{]*\{|\bfor\b[^{]*\btrue\s*\{|\bfor\s*;")
_DEEP = 3  # calls followed to find the loop


def endless_loops(known: Bindings, function: Function, depth: int = 0) -> list[Span]:
    """The loops that a function, or one that it calls, never leaves; empty when it can come to an end.

    An empty select, or an operation on a channel that never comes true, is not looked for: others tell of it.
    """
    inner: list[Span] = []

    def stays(call: ast.Call) -> bool:
        callee = known.callee(call) if depth < _DEEP else None
        if callee is None or callee is known.decl or callee.body is None or not _MAY_STAY.search(callee.text):
            return False
        there = bindings(known.facts, callee)
        loops = endless_loops(there, there.functions[0], depth + 1)
        inner.extend(loops)
        return bool(loops)

    if not _MAY_STAY.search(known.decl.text) and depth == _DEEP:
        return []
    paths = Paths(known, function, endless=lambda node: is_clock(known, node.x), stays=stays)
    seen = list(reachable(paths))
    if any(point.kind in ENDS or _may_die(known, point) for point in seen):
        return []
    own = [
        known.head(node)
        for node in function.own()
        if isinstance(node, ast.For | ast.Range) and _is_entered(node, seen, paths)
    ]
    return own[:1] or inner[:1]


def _is_entered(loop: ast.For | ast.Range, seen: list[Point], paths: Paths) -> bool:
    """Whether control comes back to something in the loop, again and again."""
    return any(
        point.node is not None and loop.at <= point.node.at < loop.end and paths.leads(point, point) for point in seen
    )


def _may_die(known: Bindings, point: Point) -> bool:
    """Whether a literal that is called or deferred here may end the process, so that the loop is not all there is."""
    return any(
        isinstance(inner, ast.Call) and known.ending(inner) != ""
        for part in point.parts
        for inner in descend(part)
        if inner is not part
    )
