"""Which parts of a function control can reach when some of its waits never come true."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from goleaklint.facts.paths import Paths, Point
from goleaklint.golang import ast

ENDS = ("return", "dies", "fails", "blocks")


def reachable(paths: Paths, is_dead: Callable[[ast.CommCase], bool], start: Point | None = None) -> Iterator[Point]:
    """The points that control can reach without one of the dead cases of a select."""
    first = start or paths.entry
    seen = {first}
    stack = [first]
    while stack:
        point = stack.pop()
        yield point
        for target in ways(point, is_dead):
            if target not in seen:
                seen.add(target)
                stack.append(target)


def ways(point: Point, is_dead: Callable[[ast.CommCase], bool]) -> list[Point]:
    """The points that may follow, dead cases left out."""
    if isinstance(point.node, ast.Select):
        both = zip(point.node.cases, point.next, strict=False)
        return [target for case, (target, _) in both if not is_dead(case)]
    return [target for target, _ in point.next]
