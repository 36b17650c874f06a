"""Local variables of type bool that say how far a function has come: `opened = true`, and later `if opened {`.

What such a variable is is known on a path, from the last statement that gave it a constant, or that asked for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from goleaklint.facts.functions import Function, Var
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast

_MOST = 4  # each of them may double the states


def flags(known: Bindings, function: Function) -> list[Var]:
    """The variables that conditions of a function ask for by their name alone, and that only it itself can set."""
    text = known.file.data[function.body.at : function.body.end]
    if b"true" not in text and b"false" not in text:
        return []
    found: dict[Var, None] = {}
    for node in function.own():
        var = known.var(node)
        if var is not None and var not in found and _is_flag(known, function, var):
            found[var] = None
    return list(found)[:_MOST]


def _is_flag(known: Bindings, function: Function, var: Var) -> bool:
    if (
        var.function is not function
        or var.kind != "local"
        or not any(_value(known, one) is not None for one in var.stores)
    ):
        return False
    tree = parents(known)
    is_asked = any(_is_condition(tree.of(read), read) for read in var.reads)
    return (
        is_asked
        and all(tree.function(store) is function for store in var.stores)
        and not any(isinstance(around := tree.of(read), ast.Unary) and around.op == "&" for read in var.reads)
    )


def _is_condition(around: ast.Node | None, read: ast.Name) -> bool:
    match around:
        case ast.If(cond=cond) | ast.For(cond=cond):
            return cond is read
        case ast.Unary(op="!") | ast.Binary(op="&&" | "||"):
            return True
    return False


def _value(known: Bindings, store: ast.Name) -> bool | None:
    """What a store gives a variable, None when that is no constant."""
    match parents(known).of(store):
        case ast.Assign(op="=" | ":=", left=left, right=right) if len(left) == len(right) and store in left:
            return _constant(known, right[left.index(store)])
        case ast.VarDecl(names=names, values=values) if len(names) == len(values) and store in names:
            return _constant(known, values[names.index(store)])
        case ast.VarDecl(values=[], type=ast.Node() as written):
            return False if isinstance(written, ast.TypeName) and written.name == "bool" else None
    return None


def _constant(known: Bindings, value: ast.Expr) -> bool | None:
    is_constant = isinstance(value, ast.Name) and value.name in ("true", "false") and known.var(value) is None
    return value.name == "true" if is_constant and isinstance(value, ast.Name) else None


def settings(known: Bindings, found: Collection[Var], parts: Collection[ast.Node]) -> Iterator[tuple[Var, bool | None]]:
    """The variables that are set where these parts are evaluated, with what they are then; None is not known."""
    for var in found:
        for store in var.stores:
            if any(part.at <= store.at < part.end for part in parts):
                yield var, _value(known, store)
