"""Local variables that say how far a function has come: `opened = true`, and later `if opened {`; `if file != nil {`.

What such a variable is is known on a path, from the last statement that gave it a value of its own, or that asked for
it: of a bool whether it is true, of any other whether it is nil.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from goleaklint.facts.functions import Function, Var
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast

_MOST = 4  # each of them may double the states
_TELLING = (b"true", b"false", b"nil")


def flags(known: Bindings, function: Function) -> list[Var]:
    """The variables that conditions of a function ask for by their name alone, and that only it itself can set."""
    text = known.file.data[function.body.at : function.body.end]
    if not any(word in text for word in _TELLING):
        return []
    found: dict[Var, None] = {}
    for node in function.own():
        asked = _asked(known, node)
        if asked is not None and asked[0] not in found and _is_flag(known, function, asked[0]):
            found[asked[0]] = None
    return list(found)[:_MOST]


def asked(known: Bindings, found: Collection[Var], cond: ast.Node | None) -> tuple[Var, bool] | None:
    """The flag that a condition asks for, and whether it holds when the flag is true: `x == nil`, not `x != nil`."""
    one = _asked(known, cond)
    return one if one is not None and one[0] in found else None


def _asked(known: Bindings, cond: ast.Node | None) -> tuple[Var, bool] | None:
    name, positive = cond, True
    if isinstance(cond, ast.Binary) and cond.op in ("==", "!=") and _is(known, cond.right, "nil"):
        name, positive = cond.left, cond.op == "=="
    elif not isinstance(cond, ast.Name) or not _is_condition(parents(known).of(cond), cond):
        return None
    var = known.var(name)
    return (var, positive) if var is not None else None


def _is_flag(known: Bindings, function: Function, var: Var) -> bool:
    if var.function is not function or var.kind != "local" or len(var.stores) < 2:
        return False
    tree = parents(known)
    return (
        any(_value(known, one) is not None for one in var.stores)
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
    """What a store makes of a variable: whether it is true or nil; None when that is not known."""
    match parents(known).of(store):
        case ast.Assign(op="=" | ":=", left=left, right=right) if len(left) == len(right) and store in left:
            return _constant(known, right[left.index(store)])
        case ast.VarDecl(names=names, values=values) if len(names) == len(values) and store in names:
            return _constant(known, values[names.index(store)])
        case ast.VarDecl(values=[], type=ast.Node() as written):
            return not (isinstance(written, ast.TypeName) and written.name == "bool")
    return None


def _constant(known: Bindings, value: ast.Expr) -> bool | None:
    if _is(known, value, "true") or _is(known, value, "nil"):
        return True
    is_made = isinstance(value, ast.FuncLit | ast.Composite) or (isinstance(value, ast.Unary) and value.op == "&")
    return False if is_made or _is(known, value, "false") else None


def _is(known: Bindings, value: ast.Expr, name: str) -> bool:
    return isinstance(value, ast.Name) and value.name == name and known.var(value) is None


def settings(known: Bindings, found: Collection[Var], parts: Collection[ast.Node]) -> Iterator[tuple[Var, bool | None]]:
    """The flags that are set where these parts are evaluated, with what they are then; None is not known."""
    for var in found:
        for store in var.stores:
            if any(part.at <= store.at < part.end for part in parts):
                yield var, _value(known, store)
