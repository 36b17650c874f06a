"""Outcomes: what a call returns tells its caller which way it went.

`if !start(c) { return }`, `err := serve(c)`: where the call starts a goroutine or sends on one way and not on another,
its flag or error says which. The variable that takes it is the result by another name, and tests of it are remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from goleaklint.explore import expressions
from goleaklint.explore.scopes import Env
from goleaklint.explore.values import Api, Cell, Const
from goleaklint.facts.types import canonical
from goleaklint.golang import ast

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Frame, Lowering

FAILED = Const("an error")
"""An error that is not nil."""
_TELLING = frozenset({"go", "send", "close", "add"})
_ERRORS = frozenset({"errors.New", "fmt.Errorf"})


def note(lo: Lowering, results: Sequence[Cell], since: int) -> None:
    """These are the results of a call that has been lowered since a node, and may release somebody who waits."""
    if not any(op.kind in _TELLING and (op.prim is None or not op.prim.silent) for op in lo.ops_since(since)):
        return
    for cell in results:
        cell.is_outcome = cell.is_flag or (cell.ty is not None and canonical(cell.ty) == "error")


def copied(cell: Cell, result: Cell) -> bool:
    """A variable takes a result: it is known by its name where that tells an outcome."""
    if result.is_outcome:
        cell.same, cell.is_outcome, cell.is_flag = result.ident, True, result.is_flag
    return result.is_outcome


def fails(lo: Lowering, cell: Cell, expr: ast.Expr | None, env: Env) -> bool:
    """Whether what is returned is an error for certain: one that is made here, or that has been tested."""
    if expr is None or cell.ty is None or canonical(cell.ty) != "error":
        return False
    if isinstance(expr, ast.Name):
        return expr.name in lo.frame.failed
    function = expressions.evaluate(lo, expr.fun, env) if isinstance(expr, ast.Call) else None
    return isinstance(function, Api) and function.name in _ERRORS


@contextmanager
def failed(frame: Frame, cond: ast.Expr) -> Iterator[None]:
    """What is lowered inside is reached only where this condition holds: `err != nil`."""
    match cond:
        case ast.Binary(op="!=", left=ast.Name(name=name), right=ast.Name(name="nil")):
            frame.failed.append(name)
            yield
            frame.failed.pop()
        case _:
            yield
