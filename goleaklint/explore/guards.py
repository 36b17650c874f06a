"""Guards: conditions on values that the exploration does not follow, which decide what happens to a channel.

A loop that counts down what it still expects, a branch taken for one received value and not for another: the automaton
takes both ways, so what it finds about the channels used there is doubtful.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from goleaklint.explore import tallies
from goleaklint.explore.scopes import Env
from goleaklint.facts.package import PackageFacts
from goleaklint.golang import ast
from goleaklint.golang.walk import descend

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering

_ATOMIC = re.compile(r"(?:Add|CompareAndSwap|Swap)(?:Int32|Int64|Uint32|Uint64|Uintptr)")


def counters(facts: PackageFacts, body: ast.Node) -> frozenset[str]:
    """Variables and fields that a function changes step by step, other than by the header of a loop."""
    key = ("counters", body)
    known = facts.memo.get(key)
    if isinstance(known, frozenset):
        return known
    headers = {id(node.post) for node in descend(body) if isinstance(node, ast.For) and node.post is not None}
    found = frozenset(
        name
        for node in descend(body)
        if isinstance(node, ast.Assign) and node.op in {"+=", "-="} and id(node) not in headers
        for target in node.left
        for name in _names(target)
    )
    facts.memo[key] = found
    return found


def _names(node: ast.Node) -> list[str]:
    while isinstance(node, ast.Index):
        node = node.x
    if isinstance(node, ast.Name):
        return [node.name]
    return [f".{node.name}"] if isinstance(node, ast.Selector) else []


def is_counted(lo: Lowering, cond: ast.Node | None, env: Env) -> bool:
    """Whether a condition depends on a counter of the function that is no tally."""
    body = lo.frame.body
    if cond is None or body is None:
        return False
    told = _told(lo, cond)
    asked = told.names & counters(lo.facts, body)
    return told.is_atomic or any(tallies.called(name, env) is None for name in asked)


class _Told(NamedTuple):
    """What a condition mentions."""

    is_atomic: bool
    names: frozenset[str]  # variables, and fields with a point before them
    variables: tuple[str, ...]


def _told(lo: Lowering, cond: ast.Node) -> _Told:
    key = ("condition", cond)
    known = lo.facts.memo.get(key)
    if not isinstance(known, _Told):
        nodes = list(descend(cond))
        variables = tuple(dict.fromkeys(node.name for node in nodes if isinstance(node, ast.Name)))
        names = frozenset(name for node in nodes for name in _names(node))
        known = lo.facts.memo[key] = _Told(any(map(_is_atomic, nodes)), names, variables)
    return known


def _is_atomic(node: ast.Node) -> bool:
    """`n.Add(-1)`, `atomic.CompareAndSwapInt32(&n, 0, 1)`: which of several goroutines is the first or the last."""
    if not isinstance(node, ast.Call) or not isinstance(node.fun, ast.Selector) or not node.args:
        return False
    return node.fun.name in {"Add", "CompareAndSwap", "Swap"} or _ATOMIC.fullmatch(node.fun.name) is not None


def leaves_by_count(lo: Lowering, loop: ast.For, env: Env) -> bool:
    """Whether a loop ends when a counter says so."""
    if is_counted(lo, loop.cond, env):
        return True
    return loop.cond is None and any(
        isinstance(node, ast.If) and is_counted(lo, node.cond, env) for node in descend(loop.body, into_literals=False)
    )


def sources(lo: Lowering, cond: ast.Node, env: Env) -> set[int]:
    """The channels whose received values a condition looks at."""
    found: set[int] = set()
    for name in _told(lo, cond).variables:
        cell = env.find(name)
        if cell is not None:
            found |= cell.sources
    return found


def received_since(lo: Lowering, start: int, since: int) -> frozenset[int]:
    """The channels received from at node `start` and at those made since: in a call that has been followed there."""
    there = [op for op, _ in lo.auto.edges[start] if op is not None]
    return frozenset(
        op.prim.ident
        for op in (*there, *lo.ops_since(since))
        if op.kind in {"recv", "drained"} and op.prim is not None and op.prim.kind == "chan"
    )


def doubt(lo: Lowering, since: int, only: set[int] | None = None) -> None:
    """What has been lowered since node `since` is doubtful, for all channels or only for some."""
    for op in lo.ops_since(since):
        prim = op.prim
        if prim is not None and prim.kind in {"chan", "wg", "cond"} and (only is None or prim.ident in only):
            prim.doubtful = True


def mark_group(lo: Lowering, since: int) -> None:
    """The channels used since node `since` are used by goroutines whose error `Wait` returns."""
    for op in lo.ops_since(since):
        if op.prim is not None and op.prim.kind == "chan":
            op.prim.in_group = True
