"""Conditions: which tests agree with each other.

Two tests of one unchanged condition have one outcome on a path: the automaton remembers it (`choose`), until something
that the condition mentions is written (`forget`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from goleaklint.explore import expressions, tallies
from goleaklint.explore.automaton import Op
from goleaklint.explore.scopes import Env
from goleaklint.explore.values import (
    Cancel,
    Cell,
    Choice,
    Closure,
    Const,
    Obj,
    Prim,
    Value,
)
from goleaklint.facts.types import canonical
from goleaklint.golang import ast

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering

_NILABLE = Prim | Closure | Cancel
_OPPOSITE = {"!=": "==", ">=": "<", ">": "<="}


def branch(lo: Lowering, cond: ast.Expr, env: Env, yes: int, no: int) -> bool | None:
    """Evaluate a condition and go to one of two nodes; the outcome if it is certain."""
    if isinstance(cond, ast.Unary) and cond.op == "!":
        outcome = branch(lo, cond.x, env, no, yes)
        return None if outcome is None else not outcome
    if isinstance(cond, ast.Binary) and cond.op in {"&&", "||"}:
        onward = lo.node()
        stops = cond.op == "||"  # the outcome of the left side that decides the whole
        left = branch(lo, cond.left, env, yes if stops else onward, onward if stops else no)
        lo.cur = onward
        if left == stops:
            return left
        right = branch(lo, cond.right, env, yes, no)
        return right if left is not None or right == stops else None
    if tallies.branch(lo, cond, env, yes, no):
        return None
    known = _outcome(lo, cond, env)
    if known is not None:
        lo.goto(yes if known else no)
        return known
    key, positive = _key(lo, cond, env)
    if key is not None:
        lo.survey.tests.setdefault(key, set()).add(cond.at)
        lo.tested.append(key)
    if key is not None and _is_decisive(cond, env):
        lo.survey.forced[key] = None
    if key is None or key not in lo.keys:
        lo.goto(yes)
        lo.goto(no)
        return None
    prim = lo.heap.prim(("key", key), "key", key, None)
    place = lo.place(cond)
    lo.edge(lo.cur, Op("choose", prim, place, int(positive)), yes)
    lo.edge(lo.cur, Op("choose", prim, place, int(not positive)), no)
    return None


def name_of(cell: Cell) -> str:
    """How conditions name a variable: a copy of a result is that result."""
    return f"v{cell.same or cell.ident}"


def _is_set_or_not(cell: Cell) -> bool:
    """Whether a variable was declared with a type, other than error, and nil at first: set means not nil."""
    return cell.maybe_nil and cell.ty is not None and canonical(cell.ty) != "error"


def _is_decisive(cond: ast.Expr, env: Env) -> bool:
    """Whether the outcome is known all along: of a flag, of the ok of a receive, of whether a variable is nil."""
    if isinstance(cond, ast.Binary):
        nil = isinstance(cond.right, ast.Name) and cond.right.name == "nil" and cond.op in {"==", "!="}
        cell = env.find(cond.left.name) if nil and isinstance(cond.left, ast.Name) else None
        if cell is not None and cell.is_outcome:
            return True
        return cell is not None and cell.maybe_nil and (isinstance(cell.value, _NILABLE) or _is_set_or_not(cell))
    cell = env.find(cond.name) if isinstance(cond, ast.Name) else None
    return cell is not None and (cell.is_ok or cell.is_flag)


def _outcome(lo: Lowering, cond: ast.Expr, env: Env) -> bool | None:
    """The outcome of a condition if it is certain; its operations are emitted."""
    if not isinstance(cond, ast.Binary):
        value = expressions.evaluate(lo, cond, env)
        return value.value if isinstance(value, Const) and isinstance(value.value, bool) else None
    left = expressions.evaluate(lo, cond.left, env)
    right = expressions.evaluate(lo, cond.right, env)
    if cond.op in {"==", "!="} and expressions.is_nil(right):
        nil = _nilness(lo, cond.left, left, env)
        return None if nil is None else nil == (cond.op == "==")
    if isinstance(left, Const) and isinstance(right, Const) and type(left.value) is int and type(right.value) is int:
        a, b = left.value, right.value
        return {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}.get(cond.op)
    return None


def _nilness(lo: Lowering, node: ast.Expr, value: Value, env: Env) -> bool | None:
    """Whether a value is nil (True), is not (False), or may be either."""
    cell = env.find(node.name) if isinstance(node, ast.Name) else None
    if cell is not None and cell.maybe_nil and not expressions.is_nil(value):
        return None
    if isinstance(value, Cancel) and cell is not None and not (cell.external or cell.addressed):
        return False  # it is all that the variable is ever given
    if isinstance(value, Prim | Closure | Cancel | Choice):
        return None if isinstance(node, ast.Name | ast.Selector) and not _certain(value) else False
    if isinstance(value, Obj):
        made_here = cell is not None and not (value.external or value.escaped or value.is_zero)
        return False if made_here and lo.facts.struct(value.ty) is not None else None
    named = isinstance(node, ast.Selector) or (isinstance(node, ast.Name) and node.name != "nil")
    return True if named and expressions.is_nil(value) else None


def _certain(value: Value) -> bool:
    return isinstance(value, Prim) and not value.external and not value.ambiguous and value.kind != "dead"


def _key(lo: Lowering, cond: ast.Expr, env: Env) -> tuple[str | None, bool]:
    """A name for the condition, equal for equal conditions, and whether the condition is it or its negation."""
    mentions: set[str] = set()
    if isinstance(cond, ast.Binary):
        left, right = path(cond.left, env, mentions), path(cond.right, env, mentions)
        if left is None or right is None or _asks_a_channel(lo, cond, env):
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


def _asks_a_channel(lo: Lowering, cond: ast.Binary, env: Env) -> bool:
    """Whether a pure comparison is about how much a channel holds, which changes by what others do."""
    return any(
        isinstance(side, ast.Call)
        and isinstance(side.fun, ast.Name)
        and side.fun.name in {"len", "cap"}
        and len(side.args) == 1
        and expressions.is_channel(expressions.evaluate(lo, side.args[0], env))
        for side in (cond.left, cond.right)
    )


def path(node: ast.Expr | None, env: Env, mentions: set[str]) -> str | None:
    """A name for a pure expression over variables and fields; what it mentions is added to `mentions`."""
    found: str | None = None
    if isinstance(node, ast.Name):
        cell = env.find(node.name)
        found = name_of(cell) if cell is not None else node.name
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


def nil_guard(lo: Lowering, channel: ast.Expr, env: Env) -> Prim | None:
    """The condition `c == nil` for a case on a channel variable that is nil at times: it switches the case off."""
    cell = env.find(channel.name) if isinstance(channel, ast.Name) else None
    if cell is None or not cell.maybe_nil or not isinstance(cell.value, Prim):
        return None
    key = f"{name_of(cell)} == nil"
    lo.survey.mentions[key] = frozenset({name_of(cell), "nil"})
    lo.survey.forced[key] = None
    return lo.heap.prim(("key", key), "key", key, None) if key in lo.keys else None


def written(lo: Lowering, cell: Cell, value: Value, target: ast.Node) -> None:
    """A variable or field is written: remembered conditions that mention it no longer hold."""
    mention = f".{target.name}" if isinstance(target, ast.Selector) else name_of(cell)
    for key in sorted(lo.keys):
        if mention not in lo.known.mentions.get(key, ()):
            continue
        prim = lo.heap.prim(("key", key), "key", key, None)
        outcome = _after_write(key, cell, value)
        if outcome is None:
            lo.emit("forget", prim, target)
        else:
            lo.emit("set", prim, target, int(outcome))


def _after_write(key: str, cell: Cell, value: Value) -> bool | None:
    """What a condition is after this write, if the value tells."""
    name = name_of(cell)
    if key == name and isinstance(value, Const) and isinstance(value.value, bool):
        return value.value
    if key in {f"len({name}) == 0", f"len({name}) <= 0"}:
        is_empty = expressions.is_nil(value) or (isinstance(value, Obj) and value.is_zero)
        return True if is_empty else None
    if key == f"{name} == nil":
        if expressions.is_nil(value):
            return True
        if isinstance(value, Const):
            return False
        if isinstance(value, Closure | Cancel | Choice) or _certain(value):
            return False
        if _is_set_or_not(cell) and not isinstance(value, Prim):
            return False  # what a call gives is taken not to be nil: the test asks whether it was called
    return None
