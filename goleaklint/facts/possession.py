"""Who holds a value that a constructor gave, and what becomes of it: closed, handed on, or lost on some way out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from goleaklint.facts import apis
from goleaklint.facts.events import is_closing
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.owners import Owner
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.references import around_in
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.sharing import goes_elsewhere
from goleaklint.facts.typed import callee as callee_of
from goleaklint.facts.types import Ty, canonical
from goleaklint.facts.workers import receiver_of
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl

_DEEP = 2  # calls followed that are given the value


class Holder(NamedTuple):
    """A statement that makes an owner, and where that goes: `var` is None when nowhere."""

    function: Function
    stmt: ast.Stmt
    call: ast.Call
    var: Var | None
    error: Var | None


class Taking(NamedTuple):
    """A call in a statement of its own, and what its results go to."""

    function: Function
    stmt: ast.Stmt
    call: ast.Call
    targets: list[ast.Expr]


def takings(known: Bindings, pattern: re.Pattern[bytes]) -> Iterator[Taking]:
    """The statements of a declaration that take the results of such a call into variables, or drop them."""
    data = known.file.data
    for function in known.functions:
        for node in function.own():
            match node:
                case ast.ExprStmt(x=ast.Call() as call):
                    targets: list[ast.Expr] = []
                case ast.Assign(left=left, right=[ast.Call() as call]) if node.op in ("=", ":="):
                    targets = left
                case ast.VarDecl(names=names, values=[ast.Call() as call]):
                    targets = [*names]
                case _:
                    continue
            if pattern.search(data, call.at, call.fun.end + 1):
                yield Taking(function, node, call, targets)


def holder_of(known: Bindings, taking: Taking, index: int) -> Holder | None:
    """Who holds a result of the call, None when that is not a variable of its function."""
    function, stmt, call, targets = taking
    if index >= len(targets) or (isinstance(targets[index], ast.Name) and _is_blank(targets[index])):
        if known.file.is_test and len(targets) > 1 and not _is_blank(targets[-1]):
            return None  # a test of the errors of a constructor
        if known.file.is_test and function.node is not None and _is_to_panic(known, function.node):
            return None
        return Holder(function, stmt, call, None, None)
    var = known.var(targets[index])
    if var is None or var.kind != "local" or var.function is not function:
        return None
    if len(var.stores) != 1 + (var.value is None and targets[index] is not var.stores[0]):
        return None
    return Holder(function, stmt, call, var, known.var(targets[-1]) if index < len(targets) - 1 else None)


def _is_to_panic(known: Bindings, literal: ast.FuncLit) -> bool:
    """`require.Panics(t, func() { New(nil) })`, which is not `require.NotPanics`."""
    call = parents(known).of(literal)
    name = call.fun.name.lower() if isinstance(call, ast.Call) and isinstance(call.fun, ast.Name | ast.Selector) else ""
    return "panic" in name and "not" not in name


def _is_blank(target: ast.Expr) -> bool:
    return isinstance(target, ast.Name) and target.name == "_"


def ways_out(known: Bindings, holder: Holder, owner: Owner | None, ignoring: ast.Node | None = None) -> list[Point]:
    """The ends of the function that are reached with the value unclosed and still in nobody else's hands.

    Without an owner, of which nothing is known yet, every use of the value is taken for a harmless one that is not
    a call of a method whose name says otherwise. What is inside `ignoring`, the goroutine itself, does not count.
    """
    releasing = releases(known, holder, owner, ignoring)
    if any(read.at < holder.stmt.at for read in releasing):
        return []  # somebody else knows it already
    paths = Paths(known, holder.function)
    start = paths.point_of.get(holder.stmt)
    if start is None:
        return []
    _forget_failures(known, start, holder)

    # `for range tests { use(p) }`: that it has no round is not what was meant.
    loops = [
        node
        for node in holder.function.own()
        if isinstance(node, ast.For | ast.Range) and node.at > holder.stmt.at
        if any(node.at <= read.at < node.end for read in releasing)
    ]
    places = [*((node.at, node.end) for node in loops), *((read.at, read.end) for read in releasing)]

    def released(point: Point) -> bool:
        return point is not start and any(
            (part.at <= at < part.end) or (at <= part.at < end) for part in point.parts for at, end in places
        )

    return [point for point in paths.escapes(start, released) if point.kind != "fails"]


def releases(known: Bindings, holder: Holder, owner: Owner | None, ignoring: ast.Node | None = None) -> list[ast.Name]:
    """The places that close the value, or give it to somebody else who may."""
    assert holder.var is not None
    return [
        read
        for read in holder.var.reads
        if not (ignoring is not None and ignoring.at <= read.at < ignoring.end)
        and not is_plain(known, read, around_in(known, read), owner)
    ]


def is_plain(
    known: Bindings, node: ast.Node, around: tuple[ast.Node, ...], owner: Owner | None, depth: int = 0
) -> bool:
    """Whether the value is only used: a method called that does not end it, a field read, a test for nil."""
    outer = around[-1] if around else None
    if isinstance(outer, ast.Binary):
        return outer.op in ("==", "!=")
    if isinstance(outer, ast.Assign) and all(_is_blank(target) for target in outer.left):
        return True
    if isinstance(outer, ast.Call) and outer.fun is not node:
        return _is_lent(known, outer, node, owner, depth)
    if not isinstance(outer, ast.Selector):
        return False
    call = around[-2] if len(around) > 1 else None
    if isinstance(call, ast.Call) and call.fun is outer:
        if is_closing(outer.name) or (owner is not None and outer.name in owner.closers):
            return False
        return owner is None or not _hands_out(known, call, owner)
    if owner is None:
        return True
    return outer.name not in owner.fields and _is_plain_field(known, outer, around[:-1], owner)


def _is_lent(known: Bindings, call: ast.Call, arg: ast.Node, owner: Owner | None, depth: int) -> bool:
    """`count(p)`: whether a function of the module that gets the value only uses it."""
    if owner is None and isinstance(call.fun, ast.Selector | ast.Name):
        return known.callee(call) is not None or (isinstance(call.fun, ast.Selector) and known.var(call.fun.x) is None)
    if owner is None or depth >= _DEEP:
        return False
    found = callee_of(known, call)
    place = next((index for index, one in enumerate(call.args) if one is arg), None)
    if found is None or found[1].body is None or place is None or parents(known).of(call) is None:
        return False
    facts, callee = found
    params = callee.type.params
    if place >= len(params) or any(param.variadic for param in params):
        return False
    inside = bindings(facts, callee)
    var = inside.functions[0].params[place + (callee.recv is not None)]
    return not var.stores and all(
        is_plain(inside, read, around_in(inside, read), owner, depth + 1)
        and not any(isinstance(node, ast.FuncLit | ast.Go) for node in around_in(inside, read))
        for read in var.reads
    )


def _is_plain_field(known: Bindings, outer: ast.Selector, around: tuple[ast.Node, ...], owner: Owner) -> bool:
    """Whether a field is only read, or used by a method that does not end what it is a part of."""
    if not outer.name[:1].islower() or owner.home.method(owner.ty, outer.name) is not None:
        return False
    inner: ast.Node = outer
    for node in reversed(around):
        if isinstance(node, ast.Call) and node.fun is inner:
            callee = known.callee(node) if known.facts is owner.home else None
            if callee is not None and callee.recv is not None:
                # `s.store.Close()` of what is embedded is not s.Close(), which ends the goroutine.
                return (callee.recv_type, callee.name) not in owner.enders and not tells_others(known.facts, callee)
            return isinstance(inner, ast.Selector) and inner.name not in owner.closers and not is_closing(inner.name)
        if isinstance(node, ast.Call | ast.Element | ast.Return):
            found = known.facts.field(known.type_of(outer.x), outer.name)
            return found is not None and not known.facts.is_sync_type(found[0])
        if not isinstance(node, ast.Selector | ast.Index | ast.Unary):
            return True
        inner = node
    return True


def _hands_out(known: Bindings, call: ast.Call, owner: Owner) -> bool:
    """Whether a method gives something that may end the value (a function, the value itself), or tells others of it."""
    assert isinstance(call.fun, ast.Selector)
    found = owner.home.method(owner.ty, call.fun.name)
    there, callee = (owner.home, found[0]) if found is not None else (known.facts, known.callee(call))
    if callee is None:
        return True
    for result in callee.type.results:
        written = Ty(result.type, callee.file)
        if isinstance(result.type, ast.FuncType) or canonical(written) in (callee.recv_type, *apis.CANCEL_TYPES):
            return True
    return tells_others(there, callee)


def tells_others(facts: PackageFacts, method: FuncDecl) -> bool:
    """Whether a method hands its receiver on."""
    inner = bindings(facts, method)
    receiver = receiver_of(inner)
    return receiver is not None and goes_elsewhere(inner, receiver)


def _forget_failures(known: Bindings, start: Point, holder: Holder) -> None:
    """Cuts the ways on which the call has failed, and given nothing: `err != nil`, `x == nil`."""
    seen = {start}
    stack = [target for target, _ in start.next]
    while stack:
        point = stack.pop()
        if point in seen:
            continue
        seen.add(point)
        node = point.node
        if isinstance(node, ast.Assign) and _sets(known, node, holder.error):
            continue
        failed = _failed_when(known, node, holder)
        if failed is not None:
            point.next = [(target, fact) for target, fact in point.next if fact is None or fact[1] != failed]
        stack += [target for target, _ in point.next]


def _sets(known: Bindings, node: ast.Assign, var: Var | None) -> bool:
    return var is not None and any(known.var(target) is var for target in node.left)


def _failed_when(known: Bindings, node: ast.Node | None, holder: Holder) -> bool | None:
    """The outcome of a condition that says that there is no value, None when it says nothing of it."""
    if not isinstance(node, ast.Binary) or node.op not in ("==", "!="):
        return None
    if not isinstance(node.right, ast.Name) or node.right.name != "nil":
        return None
    var = known.var(node.left)
    if var is None:
        return None
    if var is holder.error:
        return node.op == "!="
    return node.op == "==" if var is holder.var else None
