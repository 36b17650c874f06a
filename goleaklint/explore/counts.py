"""Counts: how often a loop runs, how much a channel holds, how much is added to a WaitGroup.

Counts that the source does not tell are one shared symbol for loops, capacities and `Add` over the same expression;
each variant of the exploration gives all symbols one value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from goleaklint.explore import containers, expressions
from goleaklint.explore.conditions import path
from goleaklint.explore.scopes import Env
from goleaklint.explore.values import UNBOUNDED, Cell, Const, Ordinal, Value
from goleaklint.facts.package import int_literal
from goleaklint.facts.types import canonical
from goleaklint.golang import ast
from goleaklint.golang.walk import contains, descend

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering


class Turns(msgspec.Struct, frozen=True):
    """How often a loop runs in this variant; `symbol` names the count if the source does not tell it."""

    count: int
    symbol: str = ""


_INTEGERS = frozenset({"int", "int32", "int64", "uint", "uint32", "uint64"})
EXACT_SPAWNS = 3
EXACT_TURNS = 10
EXACT_CAPACITY = 16


def copied(lo: Lowering, cell: Cell | None, source: ast.Expr | None, env: Env) -> None:
    """`n := len(xs)`: n counts as len(xs) from now on."""
    if cell is None or source is None:
        return
    symbol = count_symbol(lo, source, env)
    if symbol is not None and cell.ident not in lo.heap.aliases:
        lo.heap.aliases[cell.ident] = symbol


def count_symbol(lo: Lowering, node: ast.Expr, env: Env) -> str | None:
    """The name of a count: `len(xs)`, `n`, `range xs` over one variable are one symbol."""
    if isinstance(node, ast.Name):
        cell = env.find(node.name)
        if cell is not None and cell.ident in lo.heap.aliases:
            return lo.heap.aliases[cell.ident]
    if isinstance(node, ast.Call) and len(node.args) == 1:
        if isinstance(node.fun, ast.Name) and node.fun.name == "len":
            return container_symbol(lo, node.args[0], env)
        if isinstance(node.fun, ast.Name) and node.fun.name in _INTEGERS:
            return count_symbol(lo, node.args[0], env)
    name = path(node, env, set())
    return f"n:{name}" if name is not None else None


def container_symbol(lo: Lowering, node: ast.Expr, env: Env) -> str | None:
    """The symbol for the number of elements of a container."""
    name = path(node, env, set())
    return f"len:{name}" if name is not None else None


def loop_count(lo: Lowering, node: ast.For, env: Env) -> Turns | None:
    """How often `for i := a; i < n; i++` (or downwards) runs; None for any other loop."""
    init, cond, post = node.init, node.cond, node.post
    if not (
        isinstance(init, ast.Assign)
        and len(init.left) == 1 == len(init.right)
        and isinstance(init.left[0], ast.Name)
        and isinstance(cond, ast.Binary)
        and isinstance(cond.left, ast.Name)
        and cond.left.name == init.left[0].name
        and isinstance(post, ast.Assign)
        and post.op in {"+=", "-="}
    ):
        return None
    up = post.op == "+="
    if cond.op not in ({"<", "<=", "!="} if up else {">", ">=", "!="}):
        return None
    low, high = (init.right[0], cond.right) if up else (cond.right, init.right[0])
    start, limit = constant(lo, low, env), constant(lo, high, env)
    if start is None:
        return None
    if limit is not None:
        return exactly(lo, max(0, limit - start + (cond.op in {"<=", ">="})), node.body)
    if up:
        expressions.evaluate(lo, high, env)  # the init has been evaluated already
    known = exact_length(lo, high, env)
    if known is not None:
        return exactly(lo, known, node.body)
    total = amount(lo, high, env) if isinstance(high, ast.Binary) else None
    return Turns(total) if total is not None else _symbolic(lo, count_symbol(lo, high, env), node)


def bind_index(lo: Lowering, node: ast.For, env: Env, turns: Turns, turn: int) -> None:
    """The variable of a counted loop in one of its turns, a variable of its own (Go 1.22, "For statements")."""
    init = node.init
    name = init.left[0] if isinstance(init, ast.Assign) else None
    if not isinstance(init, ast.Assign) or not isinstance(name, ast.Name) or not isinstance(node.post, ast.Assign):
        return
    start = constant(lo, init.right[0], env)
    if init.op != ":=" or start is None or node.post.op != "+=" or turns.count <= turn:
        return
    cell = lo.heap.cell((lo.frame.context, id(name), "turn"), name.name)
    lo.heap.store(cell, Ordinal(start + turn) if turns.symbol else Const(start + turn))
    env.names[name.name] = cell


def has_jumps(lo: Lowering, body: ast.Block | ast.If) -> bool:
    """Whether a body may be left, or go on with its next turn, from inside one of its statements."""
    key = ("jumps", body)
    known = lo.facts.memo.get(key)
    if known is None:
        last = body.body[-1] if isinstance(body, ast.Block) and body.body else None
        known = any(
            isinstance(node, ast.Return | ast.Branch) and node is not last
            for node in descend(body, into_literals=False)
        )
        lo.facts.memo[key] = known
    return bool(known)


def exact_length(lo: Lowering, node: ast.Expr, env: Env) -> int | None:
    """The number of elements in `len(xs)`, if they are told apart."""
    if not isinstance(node, ast.Call) or not isinstance(node.fun, ast.Name) or node.fun.name != "len":
        return None
    if len(node.args) != 1 or path(node.args[0], env, set()) is None:
        return None
    return len(containers.slots(expressions.evaluate(lo, node.args[0], env))) or None


def range_count(lo: Lowering, node: ast.Range, value: Value, env: Env) -> Turns:
    """How often a range over something that is not a channel runs."""
    limit = constant(lo, node.x, env)
    if limit is not None:
        return exactly(lo, limit, node.body)
    if isinstance(node.x, ast.Composite) and node.x.elements:
        return exactly(lo, len(node.x.elements), node.body)
    if isinstance(node.x, ast.Binary):
        total = amount(lo, node.x, env)
        if total is not None:
            return Turns(total)
    if isinstance(node.x, ast.Name):
        cell = env.find(node.x.name)
        if cell is not None and (cell.ident in lo.heap.aliases or canonical(cell.ty) in _INTEGERS):
            return _symbolic(lo, count_symbol(lo, node.x, env), node)
    return _symbolic(lo, container_symbol(lo, node.x, env), node)


def constant(lo: Lowering, node: ast.Expr, env: Env) -> int | None:
    """The value of an integer constant expression: a literal, a constant of the package, a variable set once."""
    if isinstance(node, ast.Literal):
        return int_literal(node)
    if isinstance(node, ast.Name):
        cell = env.find(node.name)
        value = cell.value if cell is not None else expressions.evaluate(lo, node, env)
        if isinstance(value, Const) and type(value.value) is int:
            return value.value
    if isinstance(node, ast.Binary):
        left, right = constant(lo, node.left, env), constant(lo, node.right, env)
        if left is not None and right is not None:
            return {"+": left + right, "-": left - right, "*": left * right}.get(node.op)
    return None


def exactly(lo: Lowering, count: int, body: ast.Block) -> Turns:
    """A literal count is exact while it is small; a larger one is a symbol of its own, wherever it stands."""
    if f"#{count}" in lo.known.counts:
        return _symbolic(lo, f"#{count}", body)
    if count <= EXACT_SPAWNS or (count <= EXACT_TURNS and not contains(body, ast.Go)):
        return Turns(count)
    return _symbolic(lo, f"#{count}", body)


def _symbolic(lo: Lowering, symbol: str | None, node: ast.Node) -> Turns:
    symbol = symbol or f"@{lo.frame.file.path}:{node.at}"
    return Turns(_value(lo, symbol), symbol)


def _value(lo: Lowering, symbol: str) -> int:
    """What a symbol stands for in this variant."""
    return 1 if lo.small and symbol in lo.known.rooms else lo.count


def amount(lo: Lowering, node: ast.Expr, env: Env) -> int | None:
    """How much an expression counts, in this variant: the argument of `Add`, a capacity; None when nothing is known."""
    value = constant(lo, node, env)
    if value is None:
        value = exact_length(lo, node, env)
    if value is not None:
        return _scaled(lo, value)
    symbol = count_symbol(lo, node, env)
    if symbol is not None and (symbol in lo.known.counts or lo.known.is_first):
        lo.survey.uses.setdefault(symbol, set()).add(id(node))
        return _value(lo, symbol)
    if isinstance(node, ast.Binary) and node.op in {"+", "-", "*"}:
        left, right = amount(lo, node.left, env), amount(lo, node.right, env)
        if left is not None and right is not None:
            return {"+": left + right, "-": left - right, "*": left * right}[node.op]
    return None


def _scaled(lo: Lowering, value: int) -> int:
    """A literal amount; one that is also the count of a loop too long to unroll is that symbol."""
    return _value(lo, f"#{value}") if f"#{value}" in lo.known.counts else value


def capacity(lo: Lowering, node: ast.Expr, env: Env) -> int:
    """The capacity of a channel; one that the source does not tell never blocks."""
    expressions.evaluate(lo, node, env)
    found = amount(lo, node, env)
    symbol = count_symbol(lo, node, env)
    if symbol is not None:
        lo.survey.rooms.add(symbol)
    if found is None or found > EXACT_CAPACITY:
        return UNBOUNDED
    return max(0, found)
