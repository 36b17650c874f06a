"""What is done with a value that somebody must release: it is looked at, read to its end, released, or handed on.

Whatever is not known to leave the duty where it is hands it on, so that the unknown is silent: returned, stored,
sent, asserted to another type, given to a function out of view. A function in view, of whatever package of the
module, does with its parameter what is done with it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from goleaklint.facts.arrivals import Arrival, arrival
from goleaklint.facts.borrowing import is_lent, only_borrows
from goleaklint.facts.functions import Var
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.types import canonical
from goleaklint.golang import ast

_DEEP = 3  # calls and aliases followed for one use
_BUILT_IN = frozenset({"len", "cap", "print", "println"})
_PRINTERS = ("fmt.", "log.", "log/slog.")

CLOSE = frozenset({"Close"})


class Use(IntEnum):
    """What one use does to the duty, least first."""

    LOOKS = 0
    DRAINS = 1  # reads to the end, which lets go of what is pinned without the call that the contract asks for
    RELEASES = 2
    HANDS_ON = 3


@dataclass(frozen=True, slots=True)
class Thing:
    """A kind of value that must be released.

    `release` are the methods that do it, "()" a call of the value itself; `inner` the things behind fields; `plain`
    the fields that are mere data; `lookers` and `drains` the functions that take the value and only read it, the
    latter to its end, as do the methods `readers`; `parts` are the methods, and the ends of names of functions, whose
    result holds the value: what is done with it counts; `lent` the fields of others that use it and never release it.
    """

    release: frozenset[str]
    inner: tuple[tuple[str, Thing], ...] = ()
    plain: frozenset[str] = frozenset()
    lookers: frozenset[str] = frozenset()
    drains: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset()
    parts: tuple[str, ...] = ()
    lent: frozenset[tuple[str, str]] = frozenset()
    drained_by: str = ""  # a method of the value that says false when nothing is left: `for rows.Next()`; "()" of a
    # function that was made with it: `next, stop := iter.Pull(seq)`
    ended_by: str = ""  # a method whose error says that the value has come to its end: `stream.Recv()`
    by_type: bool = True  # whether a parameter whose type has none of the methods leaves the duty where it is

    def selected(self, known: Bindings, selector: ast.Selector, depth: int) -> Use:
        """What a mention of a field or a method of the value does."""
        name = selector.name
        for field, inner in self.inner:
            if name == field:
                return use_of(known, selector, inner, depth)
        if name in self.release:
            return Use.RELEASES  # called, or given away as a method value
        around = parents(known).of(selector)
        if isinstance(around, ast.Call) and around.fun is selector:
            if name in self.parts:
                return use_of(known, around, self, depth + 1)
            return Use.DRAINS if name in self.readers else Use.LOOKS
        if name in self.plain or _is_received_from(around, selector):
            return Use.LOOKS
        # A field of what is behind it: `server.Config.Handler = mux`.
        return Use.LOOKS if isinstance(around, ast.Selector) else Use.HANDS_ON


def use_of(known: Bindings, node: ast.Node, thing: Thing, depth: int = 0) -> Use:
    """What the expression around a mention of the value does with it."""
    around = parents(known).of(node)
    match around:
        case ast.Selector():
            return thing.selected(known, around, depth)
        case ast.Call() if around.fun is node:
            return Use.RELEASES if "()" in thing.release else Use.LOOKS
        case ast.Call():
            return _passed(known, around, node, thing, depth)
        case ast.Binary(op="==" | "!=") | ast.ExprStmt():
            return Use.LOOKS
        case _ if _is_received_from(around, node):
            return Use.LOOKS
        case ast.Assign(left=[target, *_], right=[only]) if only is node:
            return _assigned(known, target, thing, depth)
        case ast.Assign(left=left, right=right) if node in right and len(left) == len(right):
            return _assigned(known, left[right.index(node)], thing, depth)
        case ast.VarDecl(names=[target, *_], values=[only]) if only is node:
            return _assigned(known, target, thing, depth)
        case ast.VarDecl(names=names, values=values) if node in values and len(names) == len(values):
            return _assigned(known, names[values.index(node)], thing, depth)
    return Use.HANDS_ON


def use_of_var(known: Bindings, var: Var, thing: Thing, depth: int = 0) -> Use:
    """The most that any use of a variable does."""
    return max((use_of(known, read, thing, depth) for read in var.reads), default=Use.LOOKS)


def _is_received_from(around: ast.Node | None, channel: ast.Node) -> bool:
    return (isinstance(around, ast.Unary) and around.op == "<-") or (
        isinstance(around, ast.Range) and around.x is channel
    )


def _passed(known: Bindings, call: ast.Call, arg: ast.Node, thing: Thing, depth: int) -> Use:
    """`f(value)`: what f does with it, as far as it is in view."""
    api = known.api(call)
    if api in thing.drains:
        return Use.DRAINS
    if api in thing.lookers:
        outer = parents(known).of(call)
        # `io.ReadAll(io.LimitReader(body, most))` reads to the end of all that is not too long.
        return Use.DRAINS if isinstance(outer, ast.Call) and known.api(outer) in thing.drains else Use.LOOKS
    if isinstance(call.fun, ast.Name) and call.fun.name in _BUILT_IN and known.var(call.fun) is None:
        return Use.LOOKS
    if api.startswith(_PRINTERS):
        return Use.LOOKS
    if "." in api and any(api.endswith(part) for part in thing.parts) and depth < _DEEP:
        return use_of(known, call, thing, depth + 1)
    taken = arrival(known, call, arg) if depth < _DEEP else None
    if taken is not None:
        return use_of_param(taken, thing, depth + 1)
    return Use.DRAINS if thing.by_type and is_lent(known, call, arg, thing.release) else Use.HANDS_ON


def use_of_param(taken: Arrival, thing: Thing, depth: int = 0) -> Use:
    """The most that a function does with a parameter."""
    inside, var = taken.known, taken.var
    use = use_of_var(inside, var, thing, depth)
    if use is Use.HANDS_ON and thing.by_type and only_borrows(inside.facts, inside.decl, var.type, thing.release):
        # It may read it to the end, which is all that it can.
        return Use.DRAINS if thing.drains or thing.readers or thing.drained_by else Use.LOOKS
    if use is Use.LOOKS and thing.drained_by and any(_asks_for_end(inside, read, thing) for read in var.reads):
        return Use.DRAINS
    return use


def _asks_for_end(known: Bindings, read: ast.Name, thing: Thing) -> bool:
    """`for rows.Next() {`"""
    tree = parents(known)
    selector = tree.of(read)
    call = tree.of(selector) if isinstance(selector, ast.Selector) and selector.name == thing.drained_by else None
    loop = tree.of(call) if call is not None else None
    return isinstance(loop, ast.For) and loop.cond is call


def _assigned(known: Bindings, target: ast.Expr, thing: Thing, depth: int) -> Use:
    """`other := value`: what is done with the other name; a release of it is taken to happen here."""
    if isinstance(target, ast.Name) and target.name == "_":
        return Use.LOOKS
    if isinstance(target, ast.Selector) and thing.lent:
        owner = canonical(known.type_of(target.x))
        return Use.LOOKS if (owner, target.name) in thing.lent else Use.HANDS_ON
    var = known.var(target)
    if var is None or len(var.stores) != 1 or var.kind != "local" or depth >= _DEEP:
        return Use.HANDS_ON
    return use_of_var(known, var, thing, depth + 1)
