"""Conditions and counts: which tests agree with each other, how often a loop runs, how much a channel holds.

Two tests of one unchanged condition have one outcome on a path: the automaton remembers it (`choose`), until something that the
condition mentions is written (`forget`). Counts that the source does not tell are one shared symbol for loops, capacities and
`Add` over the same expression; each variant of the exploration gives all symbols one value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goleaklint.explore import expressions
from goleaklint.explore.automaton import Op
from goleaklint.explore.scopes import Env
from goleaklint.explore.values import (
    UNBOUNDED,
    Cancel,
    Cell,
    Choice,
    Closure,
    Const,
    Obj,
    Prim,
    Value,
)
from goleaklint.golang import ast
from goleaklint.golang.walk import contains

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering

MAX_KEYS = 4
EXACT_SPAWNS = 3
EXACT_TURNS = 10
EXACT_CAPACITY = 16
_OPPOSITE = {"!=": "==", ">=": "<", ">": "<="}


@dataclass(slots=True)
class Survey:
    """What one pass over a root learns for the next: loop counts in use, conditions and where they are tested."""

    counts: dict[str, int] = field(default_factory=dict)
    tests: dict[str, set[int]] = field(default_factory=dict)
    mentions: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def unrelated(self) -> bool:
        """Whether several large literal counts are in use: they may add up, which one value for all cannot show."""
        return sum(symbol.startswith("#") for symbol in self.counts) > 1

    def keys(self) -> frozenset[str]:
        """The conditions worth remembering: those tested at two places at least, the first few."""
        return frozenset([key for key, places in self.tests.items() if len(places) >= 2][:MAX_KEYS])


# ---- conditions


def branch(lo: Lowering, cond: ast.Expr, env: Env, yes: int, no: int) -> None:
    """Evaluate a condition and go to one of two nodes."""
    if isinstance(cond, ast.Unary) and cond.op == "!":
        branch(lo, cond.x, env, no, yes)
        return
    if isinstance(cond, ast.Binary) and cond.op in {"&&", "||"}:
        onward = lo.node()
        if cond.op == "&&":
            branch(lo, cond.left, env, onward, no)
        else:
            branch(lo, cond.left, env, yes, onward)
        lo.cur = onward
        branch(lo, cond.right, env, yes, no)
        return
    known = _outcome(lo, cond, env)
    if known is not None:
        lo.goto(yes if known else no)
        return
    key, positive = _key(lo, cond, env)
    if key is not None:
        lo.survey.tests.setdefault(key, set()).add(cond.at)
    if key is None or key not in lo.keys:
        lo.goto(yes)
        lo.goto(no)
        return
    prim = lo.heap.prim(("key", key), "key", key, None)
    place = lo.place(cond)
    lo.edge(lo.cur, Op("choose", prim, place, int(positive)), yes)
    lo.edge(lo.cur, Op("choose", prim, place, int(not positive)), no)


def _outcome(lo: Lowering, cond: ast.Expr, env: Env) -> bool | None:
    """The outcome of a condition if it is certain; its operations are emitted."""
    if not isinstance(cond, ast.Binary):
        value = expressions.evaluate(lo, cond, env)
        return value.value if isinstance(value, Const) and isinstance(value.value, bool) else None
    left = expressions.evaluate(lo, cond.left, env)
    right = expressions.evaluate(lo, cond.right, env)
    if cond.op in {"==", "!="} and expressions.is_nil(right):
        nil = _nilness(cond.left, left)
        return None if nil is None else nil == (cond.op == "==")
    if isinstance(left, Const) and isinstance(right, Const) and type(left.value) is int and type(right.value) is int:
        a, b = left.value, right.value
        return {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}.get(cond.op)
    return None


def _nilness(node: ast.Expr, value: Value) -> bool | None:
    """Whether a value is nil (True), is not (False), or may be either."""
    if isinstance(value, Prim | Closure | Cancel | Choice):
        return None if isinstance(node, ast.Name | ast.Selector) and not _certain(value) else False
    if isinstance(value, Obj):
        return None
    return True if expressions.is_nil(value) and isinstance(node, ast.Name) and node.name != "nil" else None


def _certain(value: Value) -> bool:
    return isinstance(value, Prim) and not value.external and not value.ambiguous and value.kind != "dead"


def _key(lo: Lowering, cond: ast.Expr, env: Env) -> tuple[str | None, bool]:
    """A name for the condition, equal for equal conditions, and whether the condition is it or its negation."""
    mentions: set[str] = set()
    if isinstance(cond, ast.Binary):
        left, right = path(cond.left, env, mentions), path(cond.right, env, mentions)
        if left is None or right is None:
            return None, True
        op = _OPPOSITE.get(cond.op, cond.op)
        key = f"{left} {op} {right}"
        positive = op == cond.op
    else:
        name = path(cond, env, mentions)
        if name is None:
            return None, True
        key, positive = name, True
    lo.survey.mentions[key] = frozenset(mentions)
    return key, positive


def path(node: ast.Expr | None, env: Env, mentions: set[str]) -> str | None:
    """A name for a pure expression over variables and fields; what it mentions is added to `mentions`."""
    found: str | None = None
    if isinstance(node, ast.Name):
        cell = env.find(node.name)
        found = f"v{cell.ident}" if cell is not None else node.name
        mentions.add(found)
    elif isinstance(node, ast.Selector):
        owner = path(node.x, env, mentions)
        if owner is not None:
            found = f"{owner}.{node.name}"
            mentions.add(f".{node.name}")
    elif isinstance(node, ast.Literal):
        found = node.text
    elif isinstance(node, ast.Unary) and node.op in {"*", "&"}:
        found = path(node.x, env, mentions)
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.fun, ast.Name)
        and node.fun.name in {"len", "cap"}
        and len(node.args) == 1
    ):
        inner = path(node.args[0], env, mentions)
        found = f"{node.fun.name}({inner})" if inner is not None else None
    return found


def written(lo: Lowering, cell: Cell, value: Value, target: ast.Expr) -> None:
    """A variable or field is written: remembered conditions that mention it no longer hold."""
    mention = f".{target.name}" if isinstance(target, ast.Selector) else f"v{cell.ident}"
    for key in sorted(lo.keys):
        if mention not in lo.known.mentions.get(key, ()):
            continue
        prim = lo.heap.prim(("key", key), "key", key, None)
        outcome = _after_write(key, f"v{cell.ident}", value)
        if outcome is None:
            lo.emit("forget", prim, target)
        else:
            lo.emit("set", prim, target, int(outcome))


def _after_write(key: str, name: str, value: Value) -> bool | None:
    """What a condition is after this write, if the value tells."""
    if key == name and isinstance(value, Const) and isinstance(value.value, bool):
        return value.value
    if key == f"{name} == nil":
        if expressions.is_nil(value):
            return True
        if isinstance(value, Closure | Cancel | Choice) or _certain(value):
            return False
    return None


# ---- counts


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
        if isinstance(node.fun, ast.Name) and node.fun.name in {"int", "int32", "int64", "uint", "uint32", "uint64"}:
            return count_symbol(lo, node.args[0], env)
    name = path(node, env, set())
    return f"n:{name}" if name is not None else None


def container_symbol(lo: Lowering, node: ast.Expr, env: Env) -> str | None:
    """The symbol for the number of elements of a container."""
    name = path(node, env, set())
    return f"len:{name}" if name is not None else None


def loop_count(lo: Lowering, node: ast.For, env: Env) -> int | None:
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
        return _exact(lo, max(0, limit - start + (cond.op in {"<=", ">="})), node.body)
    expressions.evaluate(lo, high, env)
    total = amount(lo, high, env) if isinstance(high, ast.Binary) else None
    return total if total is not None else _symbolic(lo, count_symbol(lo, high, env), node)


def range_count(lo: Lowering, node: ast.Range, env: Env) -> int:
    """How often a range over something that is not a channel runs."""
    limit = constant(lo, node.x, env)
    if limit is not None:
        return _exact(lo, limit, node.body)
    if isinstance(node.x, ast.Composite) and node.x.elements:
        return _exact(lo, len(node.x.elements), node.body)
    symbol = container_symbol(lo, node.x, env)
    if isinstance(node.x, ast.Name):
        cell = env.find(node.x.name)
        if cell is not None and cell.ident in lo.heap.aliases:
            symbol = lo.heap.aliases[cell.ident]
    return _symbolic(lo, symbol, node)


def constant(lo: Lowering, node: ast.Expr, env: Env) -> int | None:
    """The value of an integer constant expression: a literal, a constant of the package, a variable set once."""
    if isinstance(node, ast.Literal):
        return expressions.int_literal(node)
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


def _exact(lo: Lowering, count: int, body: ast.Block) -> int:
    """A literal count is exact while it is small; a larger one is a symbol of its own."""
    if count <= EXACT_SPAWNS or (count <= EXACT_TURNS and not contains(body, ast.Go)):
        return count
    return _symbolic(lo, f"#{count}", body)


def _symbolic(lo: Lowering, symbol: str | None, node: ast.Node) -> int:
    symbol = symbol or f"@{lo.frame.file.path}:{node.at}"
    lo.survey.counts[symbol] = lo.survey.counts.get(symbol, 0) + 1
    return lo.count


def amount(lo: Lowering, node: ast.Expr, env: Env) -> int | None:
    """How much an expression counts, in this variant: the argument of `Add`, a capacity; None when nothing is known."""
    value = constant(lo, node, env)
    if value is not None:
        return _scaled(lo, value)
    symbol = count_symbol(lo, node, env)
    if symbol is not None and symbol in lo.known.counts:
        return lo.count
    if isinstance(node, ast.Binary) and node.op in {"+", "-", "*"}:
        left, right = amount(lo, node.left, env), amount(lo, node.right, env)
        if left is not None and right is not None:
            return {"+": left + right, "-": left - right, "*": left * right}[node.op]
    return None


def _scaled(lo: Lowering, value: int) -> int:
    """A literal amount; one that is also the count of a loop too long to unroll is that symbol."""
    return lo.count if f"#{value}" in lo.known.counts else value


def capacity(lo: Lowering, node: ast.Expr, env: Env) -> int:
    """The capacity of a channel; one that the source does not tell never blocks."""
    expressions.evaluate(lo, node, env)
    found = amount(lo, node, env)
    if found is None or found > EXACT_CAPACITY:
        return UNBOUNDED
    return max(0, found)
