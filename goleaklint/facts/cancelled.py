"""Contexts that are sure to be cancelled when a function ends: what waits for them lets go of what it holds then."""

from __future__ import annotations

from goleaklint.facts import apis
from goleaklint.facts.functions import Var
from goleaklint.facts.latest import is_before, last_store, parts
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast

_MAKERS = apis.WITH | {"os/signal.NotifyContext"}
_DEEP = 4  # contexts derived from each other


def is_cancelled(known: Bindings, context: ast.Expr | None, at: int, depth: int = 0) -> bool:
    """Whether a context, as it is at an offset, is cancelled by a defer that came before: `defer cancel()`.

    So is one that derives from it (package context, "WithCancel": "when the parent context's Done channel is closed").
    """
    if depth > _DEEP or context is None:
        return False
    var = known.var(context)
    if var is not None:
        stmt = last_store(known, var, at)
        targets, value = parts(stmt)
        if stmt is None or not targets or known.var(targets[0]) is not var:
            return False
        cancel = known.var(targets[1]) if len(targets) == 2 and known.api(value) in _MAKERS else None
        if cancel is not None and len(cancel.stores) == 1 and _is_deferred(known, cancel, at):
            return True
        return is_cancelled(known, value, stmt.at, depth + 1)
    if not isinstance(context, ast.Call):
        return False
    if known.api(context) in apis.TEST_CONTEXTS:
        return True
    is_derived = known.api(context) in apis.DERIVING | _MAKERS
    return is_derived and bool(context.args) and is_cancelled(known, context.args[0], at, depth + 1)


def _is_deferred(known: Bindings, cancel: Var, at: int) -> bool:
    """`defer cancel()`, `defer func() { cancel() }()`, `t.Cleanup(cancel)`."""
    for read in cancel.reads:
        for node in parents(known).around(read):
            if isinstance(node, ast.Defer | ast.ExprStmt) and _is_late(node) and is_before(known, node, at):
                return True
    return False


def _is_late(stmt: ast.Defer | ast.ExprStmt) -> bool:
    call = stmt.x if isinstance(stmt, ast.ExprStmt) else None
    is_cleanup = isinstance(call, ast.Call) and isinstance(call.fun, ast.Selector) and call.fun.name == "Cleanup"
    return isinstance(stmt, ast.Defer) or is_cleanup
