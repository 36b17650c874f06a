"""`v, ok := <-c`: ok is true exactly when a value was received, false when the channel is closed and empty.

(Go specification, "Receive operator".) The two outcomes are two operations, and each sets what a test of ok gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goleaklint.explore import statements
from goleaklint.explore.automaton import Op
from goleaklint.explore.scopes import Env
from goleaklint.explore.values import Cell, Place, Prim, Unknown, Value
from goleaklint.golang import ast

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering

VALUE_ONLY = 0
"""The amount of a receive that a closed channel does not satisfy."""


def source(node: ast.Stmt | None) -> ast.Unary | None:
    """The receive of `v, ok := <-c`."""
    if not isinstance(node, ast.Assign) or len(node.left) != 2 or len(node.right) != 1:
        return None
    right = node.right[0]
    return right if isinstance(right, ast.Unary) and right.op == "<-" else None


def fork(lo: Lowering, head: int, channel: Prim, place: Place, select: Place | None = None) -> tuple[int, int]:
    """From `head`, a node after a value has come and one after the channel was found closed."""
    came, closed = lo.node(), lo.node()
    lo.edge(head, Op("recv", channel, place, VALUE_ONLY, select), came)
    lo.edge(head, Op("drained", channel, place, 1, select), closed)
    return came, closed


def assign(lo: Lowering, node: ast.Assign, received: Value, ends: tuple[int, int], env: Env) -> None:
    """Assign both variables after either outcome, and go on from there."""
    define = node.op == ":="
    came, closed = ends
    after = lo.node()
    cell = _ok_cell(lo, node.left[1], env, define=define)
    key = f"v{cell.ident}" if cell is not None else ""
    if key in lo.keys:
        prim = lo.heap.prim(("key", key), "key", key, None)
        lo.edge(came, Op("set", prim, lo.place(node), 1), after)
        lo.edge(closed, Op("set", prim, lo.place(node), 0), after)
    else:
        lo.edge(came, None, after)
        lo.edge(closed, None, after)
    lo.cur = after
    statements.assign(lo, node.left[0], received, env, define=define)


def _ok_cell(lo: Lowering, target: ast.Expr, env: Env, *, define: bool) -> Cell | None:
    if not isinstance(target, ast.Name) or target.name == "_":
        return None
    cell = env.names.get(target.name) if define else env.find(target.name)
    if cell is None and define:
        cell = statements.declare(lo, target, env, None)
    if cell is not None:
        lo.heap.store(cell, Unknown())
        cell.is_ok = True
    return cell
