"""Values that end by themselves when a method of theirs gives an error: the conditions that ask for it."""

from __future__ import annotations

from goleaklint.facts.functions import Var
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast
from goleaklint.golang.walk import descend


def errors_of(known: Bindings, var: Var, method: str) -> frozenset[Var]:
    """The variables that get the error of the method: `message, err := stream.Recv()`."""
    if not method:
        return frozenset()
    tree = parents(known)
    found: set[Var] = set()
    for read in var.reads:
        selector = tree.of(read)
        call = tree.of(selector) if isinstance(selector, ast.Selector) and selector.name == method else None
        store = tree.of(call) if isinstance(call, ast.Call) else None
        error = known.var(store.left[-1]) if isinstance(store, ast.Assign) else None
        if error is not None:
            found.add(error)
    return frozenset(found)


def says_end(known: Bindings, cond: ast.Node, taken: bool, errors: frozenset[Var]) -> bool:
    """Whether a condition that came out so says that the error was there: `err != nil`, `errors.Is(err, io.EOF)`."""
    if isinstance(cond, ast.Binary) and cond.op in ("==", "!="):
        for side, other in ((cond.left, cond.right), (cond.right, cond.left)):
            if known.var(side) in errors:
                is_nil = isinstance(other, ast.Name) and other.name == "nil"
                return taken == (cond.op == ("!=" if is_nil else "=="))
    # `status.Code(err) == codes.OK`: which of the two it is nobody knows.
    return _mentions(known, cond, errors) and (taken or not isinstance(cond, ast.Call))


def asks_of(known: Bindings, node: ast.Node | None, errors: frozenset[Var]) -> bool:
    """`switch err {`, `return message, err`: what becomes of the end is decided elsewhere."""
    if isinstance(node, ast.Return):
        return any(_mentions(known, value, errors) for value in node.values)
    return node is not None and isinstance(parents(known).of(node), ast.Switch) and _mentions(known, node, errors)


def _mentions(known: Bindings, node: ast.Node, errors: frozenset[Var]) -> bool:
    return any(known.var(inner) in errors for inner in descend(node, into_literals=False))
