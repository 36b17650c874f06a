"""Sources that a loop reads: values with a blocking call that fails once they are closed, and who closes them.

`conn, err := l.Accept()`: after `l.Close()` every further call fails at once (package net, "Listener"). A loop that
swallows the error goes round for ever.
"""

from __future__ import annotations

import re

import msgspec

from goleaklint.facts.functions import Var
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import canonical
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Span

_BLOCKING = re.compile(r"^(?:Accept|Read|Recv|Receive|Next)(?![a-z])")
_CLOSES = frozenset({"Close", "CloseNow", "CloseSend", "CloseRead", "Shutdown", "Stop", "Unsubscribe", "Drain"})


class Source(msgspec.Struct, eq=False):
    """A call on a source whose error a loop swallows."""

    known: Bindings
    call: ast.Call
    x: ast.Expr  # the source itself: a variable or a field

    @property
    def text(self) -> str:
        """The source as it is written."""
        return self.known.file.text(self.x).decode("utf-8", "replace")

    @property
    def span(self) -> Span:
        """The call."""
        return self.known.head(self.call)


def source(known: Bindings, node: ast.Node) -> Source | None:
    """The source that a statement reads with an error at hand: `m, err := src.Recv()`."""
    if not isinstance(node, ast.Assign) or len(node.right) != 1:
        return None
    call, error = node.right[0], node.left[-1]
    if not isinstance(call, ast.Call) or not isinstance(call.fun, ast.Selector) or not isinstance(error, ast.Name):
        return None
    if not _BLOCKING.match(call.fun.name) or known.imported(call.fun.x) or known.callee(call) is not None:
        return None
    x = call.fun.x
    if not isinstance(x, ast.Name | ast.Selector) or not (error.name == "_" or _is_tested(known, error)):
        return None
    var = known.var(x)
    if isinstance(x, ast.Name) and (var is None or len(var.stores) > (var.kind == "local")):
        return None  # another one takes its place: the loop connects again
    return Source(known, call, x)


def _is_tested(known: Bindings, error: ast.Name) -> bool:
    """Whether the last result is compared with nil: it is an error, or `ok` is another matter."""
    var = known.var(error)
    assert known.decl.body is not None
    return var is not None and any(
        isinstance(node, ast.Binary)
        and node.op in ("==", "!=")
        and known.var(node.left) is var
        and isinstance(node.right, ast.Name)
        and node.right.name == "nil"
        for node in descend(known.decl.body)
    )


def closed_at(read: Source, started: tuple[Bindings, ast.Expr]) -> Span | None:
    """Where the package closes the source; `started` is the call that runs the loop, which a parameter comes from."""
    known, x = _origin(read, started)
    var = known.var(x)
    if var is not None:
        return _closed_var(known, var)
    return _closed_field(known, x) if isinstance(x, ast.Selector) else None


def is_alone(read: Source, started: tuple[Bindings, ast.Expr]) -> bool:
    """Whether the source is opened for the loop, and nobody else has it: then nobody can close it."""
    known, x = _origin(read, started)
    var = known.var(x)
    if var is None or var.kind != "local" or known is not started[0] or var.ranged:
        return False
    inside = started[1]
    is_opened = any(
        isinstance(node, ast.Assign)
        and any(known.var(target) is var for target in node.left)
        and len(node.right) == 1
        and isinstance(node.right[0], ast.Call)
        for node in descend(known.decl.body or inside)
    )
    checks = {
        node.left
        for node in descend(known.decl.body or inside)
        if isinstance(node, ast.Binary) and node.op in ("==", "!=")
    }
    return is_opened and all(inside.at <= name.at < inside.end or name in checks for name in var.reads)


def _origin(read: Source, started: tuple[Bindings, ast.Expr]) -> tuple[Bindings, ast.Expr]:
    """The source as it is called where the loop is started."""
    known, x = read.known, read.x
    var = known.var(x)
    if var is None or var.kind != "param" or not isinstance(started[1], ast.Call):
        return known, x
    params = next((one.params for one in known.functions if var in one.params), [])
    place = params.index(var) - (known.decl.recv is not None and var.function is known.functions[0])
    args = started[1].args
    is_there = 0 <= place < len(args) and isinstance(args[place], ast.Name | ast.Selector)
    return (started[0], args[place]) if is_there else (known, x)


def _closed_var(known: Bindings, var: Var) -> Span | None:
    assert known.decl.body is not None
    if len(var.stores) > (var.kind == "local"):
        return None
    for node in descend(known.decl.body):
        if known.var(_closed(node)) is var:
            return known.head(node)
    return None


def _closed_field(known: Bindings, x: ast.Selector) -> Span | None:
    """A call of Close on the field, which is given a value at one place at most: else the loop may connect again."""
    facts, owner = known.facts, canonical(known.type_of(x.x))
    if not owner or owner not in facts.types or len(_stores(facts, owner, x.name)) > 1:
        return None
    pattern = re.compile(rb"\b" + re.escape(x.name.encode()) + rb"\.(?:" + "|".join(sorted(_CLOSES)).encode() + rb")\(")
    for decl in facts.all_funcs():
        if decl.body is None or decl.file.is_test or not pattern.search(decl.text):
            continue
        other = bindings(facts, decl)
        for node in descend(decl.body):
            if _is_field(other, _closed(node), owner, x.name):
                return other.head(node)
    return None


def _stores(facts: PackageFacts, owner: str, name: str) -> list[ast.Node]:
    pattern = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b[^=\n]*=[^=]")
    return [
        target
        for decl in facts.all_funcs()
        if decl.body is not None and not decl.file.is_test and pattern.search(decl.text)
        for node in descend(decl.body)
        if isinstance(node, ast.Assign)
        for target in node.left
        if _is_field(bindings(facts, decl), target, owner, name)
    ]


def _is_field(known: Bindings, node: ast.Expr | None, owner: str, name: str) -> bool:
    return isinstance(node, ast.Selector) and node.name == name and canonical(known.type_of(node.x)) == owner


def _closed(node: ast.Node) -> ast.Expr | None:
    """What a call closes."""
    if isinstance(node, ast.Call) and isinstance(node.fun, ast.Selector) and node.fun.name in _CLOSES:
        return node.fun.x
    return None
