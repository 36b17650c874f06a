"""Tallies: variables that count what has been started or sent, and how often to wait for it.

`n++` beside a go statement, `for range n { <-done }` later: the loops run as often as each other, whatever the input.
A tally is a local variable of one goroutine that is set to small constants, counted up and down, and compared with
constants; its value is part of the state. Where it grows beyond what is told apart, the search is cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from goleaklint.explore import counts
from goleaklint.explore.automaton import MOST_TOLD_APART, Op
from goleaklint.explore.scopes import Env
from goleaklint.explore.values import Cell, Const, Prim, Tally, Unknown, Value
from goleaklint.facts.package import PackageFacts, int_literal
from goleaklint.golang import ast
from goleaklint.golang.walk import contains, descend

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering

_STEPS = {"+=": 1, "-=": -1}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_ACTS = (ast.Go, ast.Send, ast.Select)


def names(facts: PackageFacts, body: ast.Node) -> frozenset[str]:
    """The variables of a function body that are tallies."""
    key = ("tallies", body)
    known = facts.memo.get(key)
    if not isinstance(known, frozenset):
        known = facts.memo[key] = frozenset(_names(body))
    return known


def _names(body: ast.Node) -> Iterator[str]:
    nodes = list(descend(body, into_literals=False))
    headers = {id(node.post) for node in nodes if isinstance(node, ast.For)}
    stepped = {_stepped(node) for node in nodes if id(node) not in headers} - {""}
    if not stepped:
        return
    beside = {
        name
        for node in nodes
        if isinstance(node, ast.Block) and contains(node, *_ACTS)
        for stmt in node.body
        if (name := _stepped(stmt)) in stepped
    }
    if beside:
        beside -= _unfit(nodes, beside)
        asked = {name for node in nodes for name in _asked(node)}
        yield from sorted(beside & asked)


def _stepped(node: ast.Node) -> str:
    """The variable of `n++`, `n -= 2`."""
    if (
        isinstance(node, ast.Assign)
        and node.op in _STEPS
        and len(node.left) == 1
        and isinstance(node.left[0], ast.Name)
    ):
        return node.left[0].name if int_literal(node.right[0]) is not None else ""
    return ""


def _unfit(nodes: list[ast.Node], wanted: set[str]) -> set[str]:
    """Those that are written otherwise, are declared twice, or are seen by function literals or through a pointer."""
    unfit: set[str] = set()
    declared: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.FuncLit):
            unfit |= wanted & {inner.name for inner in descend(node) if isinstance(inner, ast.Name)}
        elif isinstance(node, ast.Unary) and node.op == "&" and isinstance(node.x, ast.Name):
            unfit.add(node.x.name)
        elif isinstance(node, ast.VarDecl):
            made = {name.name for name in node.names}
            unfit |= made & declared
            declared |= made
            if len(node.names) > 1 or any(int_literal(value) is None for value in node.values):
                unfit |= made
        elif isinstance(node, ast.Assign):
            made = {target.name for target in node.left if isinstance(target, ast.Name)}
            unfit |= made & declared if node.op == ":=" else set()
            declared |= made if node.op == ":=" else set()
            if not _stepped(node) and (
                len(node.left) > 1 or node.op not in {"=", ":="} or not _is_small(node.right[0])
            ):
                unfit |= made
        elif isinstance(node, ast.Range) and node.define:
            unfit |= {target.name for target in (node.key, node.value) if isinstance(target, ast.Name)}
    return unfit | (wanted - declared)


def _is_small(node: ast.Expr) -> bool:
    number = int_literal(node)
    return number is not None and 0 <= number <= MOST_TOLD_APART


def _asked(node: ast.Node) -> Iterator[str]:
    """The variables that decide here what is done, or how often; those that are handed over may."""
    asked: list[ast.Node | None] = []
    if isinstance(node, ast.If | ast.For):
        asked.append(node.cond)
    elif isinstance(node, ast.Range):
        asked.append(node.x)
    elif isinstance(node, ast.Call):
        asked.extend(arg for arg in node.args if isinstance(arg, ast.Name))
    for one in asked:
        for inner in descend(one) if one is not None else ():
            if isinstance(inner, ast.Name):
                yield inner.name


def declared(lo: Lowering, cell: Cell, name: ast.Name, value: Value) -> bool:
    """A variable is declared: it is a tally from here on, if it is one at all."""
    body = lo.frame.body
    if not isinstance(value, Const) or type(value.value) is not int or body is None or lo.several:
        return False
    if name.name not in names(lo.facts, body):
        return False
    prim = lo.heap.prim((lo.frame.context, id(name), "tally"), "tally", name.name, None)
    lo.heap.count(cell, Tally(prim))
    lo.emit("level", prim, name, value.value)
    return True


def settled(values: list[Value]) -> list[Value]:
    """Values that are given to what runs later, when a tally counts something else."""
    return [Unknown() if isinstance(value, Tally) else value for value in values]


def of(node: ast.Expr | None, env: Env) -> Prim | None:
    """The tally that a variable is."""
    return called(node.name, env) if isinstance(node, ast.Name) else None


def called(name: str, env: Env) -> Prim | None:
    """The tally that a variable of this name is."""
    cell = env.find(name)
    return cell.value.prim if cell is not None and isinstance(cell.value, Tally) else None


def changed(lo: Lowering, node: ast.Assign, env: Env) -> bool:
    """`n++`, `n = 0` of a tally."""
    prim = of(node.left[0], env) if len(node.left) == 1 and node.op != ":=" else None
    number = int_literal(node.right[0]) if prim is not None else None
    if prim is None or number is None:
        return False
    if node.op == "=":
        lo.emit("level", prim, node, number)
    else:
        lo.emit("count", prim, node, number * _STEPS[node.op])
    return True


def branch(lo: Lowering, cond: ast.Expr, env: Env, yes: int, no: int) -> bool:
    """A comparison of a tally with a constant: go to one of two nodes, by its value; False where it is none."""
    if not isinstance(cond, ast.Binary):
        return False
    prim, op, against = of(cond.left, env), cond.op, cond.right
    if prim is None:
        prim, op, against = of(cond.right, env), _MIRRORED.get(op, op), cond.left
    limit = counts.constant(lo, against, env) if prim is not None else None
    if prim is None or limit is None:
        return False
    if op in {">=", "<"}:
        fork(lo, prim, cond, limit, *((yes, no) if op == ">=" else (no, yes)))
    elif op in {">", "<="}:
        fork(lo, prim, cond, limit + 1, *((yes, no) if op == ">" else (no, yes)))
    elif op in {"==", "!="}:
        same, other = (yes, no) if op == "==" else (no, yes)
        least = lo.node()
        fork(lo, prim, cond, limit, least, other)
        lo.cur = least
        fork(lo, prim, cond, limit + 1, other, same)
    else:
        return False
    return True


def fork(lo: Lowering, prim: Prim, at: ast.Node, limit: int, least: int, below: int) -> None:
    """Go to one node where the tally is at least a limit, to the other where it is below."""
    place = lo.place(at)
    lo.edge(lo.cur, Op("least", prim, place, limit), least)
    lo.edge(lo.cur, Op("below", prim, place, limit), below)


def limit(node: ast.For, env: Env) -> Prim | None:
    """The tally that tells how often `for i := 0; i < n; i++` runs."""
    init, cond, post = node.init, node.cond, node.post
    if not (
        isinstance(init, ast.Assign)
        and len(init.left) == 1
        and isinstance(init.left[0], ast.Name)
        and isinstance(cond, ast.Binary)
        and isinstance(cond.left, ast.Name)
        and cond.left.name == init.left[0].name == _stepped(post or node)
        and isinstance(post, ast.Assign)
        and post.op == "+="
        and int_literal(post.right[0]) == 1
    ):
        return None
    return of(cond.right, env) if cond.op in {"<", "!="} and int_literal(init.right[0]) == 0 else None


def left(lo: Lowering, node: ast.Node, tally: Prim) -> Prim:
    """How many turns a loop has left which runs as often as a tally tells on its entry."""
    prim = lo.heap.prim((lo.frame.context, id(node), "left"), "tally", "", None)
    after = lo.node()
    lo.edge(lo.cur, Op("copy", prim, lo.place(node), other=tally), after)
    lo.cur = after
    return prim


def is_written(facts: PackageFacts, body: ast.Node | None, name: str) -> bool:
    """Whether a function may change a parameter."""
    key = ("written", body, name)
    known = facts.memo.get(key)
    if known is None:
        known = facts.memo[key] = body is None or any(_writes(node, name) for node in descend(body))
    return bool(known)


def _writes(node: ast.Node, name: str) -> bool:
    if isinstance(node, ast.Assign) and node.op != ":=":
        return any(isinstance(target, ast.Name) and target.name == name for target in node.left)
    return (
        isinstance(node, ast.Unary) and node.op == "&" and isinstance(node.x, ast.Name) and node.x.name == name
    ) or (isinstance(node, ast.FuncLit) and any(isinstance(n, ast.Name) and n.name == name for n in descend(node)))
