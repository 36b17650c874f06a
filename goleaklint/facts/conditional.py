"""Releases that happen on some ways out only: in a defer that asks for the error, by a request that was made."""

from __future__ import annotations

from typing import NamedTuple

from goleaklint.facts.functions import Function
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast

_CARRIERS = frozenset({"net/http.NewRequest", "net/http.NewRequestWithContext"})
_FAILURES = frozenset({"errors.New", "fmt.Errorf"})


class Deferred(NamedTuple):
    """`defer func() { if err != nil { writer.Close() } }()`: `result` is the place of err among the results."""

    at: int
    result: int
    when_nil: bool

    def releases(self, known: Bindings, node: ast.Node | None) -> bool:
        """Whether it may release on this way out: it runs, and the error is not sure to be the other one."""
        if not isinstance(node, ast.Return) or node.at < self.at:
            return False
        if self.result >= len(node.values):
            return True
        value = node.values[self.result]
        if self.when_nil:
            return known.api(value) not in _FAILURES
        return not (isinstance(value, ast.Name) and value.name == "nil")


def deferred(known: Bindings, function: Function, read: ast.Node) -> Deferred | None:
    """The condition on the error of a function under which a defer of it does what stands around `read`."""
    tree = parents(known)
    cond: ast.Binary | None = None
    taken = True
    node: ast.Node = read
    while (around := tree.of(node)) is not None and not isinstance(around, ast.FuncLit):
        match around:
            case ast.If(cond=ast.Binary() as asked) if node is not asked and node is not around.init:
                if cond is not None or around.init is not None:
                    return None
                cond, taken = asked, node is around.then
            case ast.If() | ast.For() | ast.Range() | ast.Case() | ast.CommCase():
                return None
        node = around
    call = tree.of(around) if around is not None else None
    start = tree.of(call) if call is not None else None
    if cond is None or not isinstance(start, ast.Defer) or cond.op not in ("==", "!="):
        return None
    if not isinstance(cond.right, ast.Name) or cond.right.name != "nil":
        return None
    asked_for = known.var(cond.left)
    if asked_for is None or asked_for.kind != "result" or asked_for.function is not function:
        return None
    index = [result.name for result in function.type.results].index(asked_for.name)
    return Deferred(start.at, index, (cond.op == "==") == taken)


def carried(known: Bindings, read: ast.Node) -> list[ast.Name] | None:
    """The mentions of the request that a reader was given to, which hand it on; None when it was given to none.

    A request that cannot be made keeps nothing (net/http, `NewRequestWithContext`).
    """
    tree = parents(known)
    call = tree.of(read)
    if not isinstance(call, ast.Call) or call.fun is read or known.api(call) not in _CARRIERS:
        return None
    match tree.of(call):
        case ast.Assign(left=[ast.Name() as target, *_]) | ast.VarDecl(names=[target, *_]):
            var = known.var(target)
        case _:
            return None
    if var is None or var.kind != "local" or target not in var.stores:
        return None
    return [one for one in var.reads if one.at > call.at and not isinstance(tree.of(one), ast.Selector)]
