"""What a variable was last given, where that does not depend on the way."""

from __future__ import annotations

from goleaklint.facts.functions import Var
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast


def value_at(known: Bindings, expr: ast.Expr | None, at: int) -> ast.Expr | None:
    """What an expression is at an offset: of a variable what it was last given, as the first result."""
    var = known.var(expr)
    if var is None:
        return expr
    targets, value = parts(last_store(known, var, at))
    return value if targets and known.var(targets[0]) is var else None


def parts(stmt: ast.Stmt | None) -> tuple[list[ast.Expr], ast.Expr | None]:
    """The targets of a statement that gives them one value, a call with several results as a rule."""
    match stmt:
        case ast.Assign(left=left, right=[value]):
            return left, value
        case ast.VarDecl(names=names, values=[value]):
            return [*names], value
    return [], None


def last_store(known: Bindings, var: Var, at: int) -> ast.Stmt | None:
    """The statement that sets a variable for all that follows at an offset; None when it depends on the way."""
    stores = [store for store in var.stores if store.at < at]
    if not stores or any(store.at > at for store in var.stores):
        return None
    stmt = parents(known).of(stores[-1])
    return stmt if isinstance(stmt, ast.Assign | ast.VarDecl) and is_before(known, stmt, at) else None


def is_before(known: Bindings, stmt: ast.Stmt, at: int) -> bool:
    """Whether a statement is done before what stands at an offset is: the block that holds it holds that, too."""
    block = parents(known).of(stmt)
    return stmt.at < at and (not isinstance(block, ast.Block | ast.Case | ast.CommCase) or block.at <= at < block.end)
