"""Which literal it was: the source has changed, and a literal that is new shifts the numbers of those behind it.

What does not change when lines and numbers do: the kind of the operation that blocks, the function that is called
there, and how many lines below the go statement it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from goleaklint.correlate.functions import Function, Package, Start, line_of, source_name
from goleaklint.dump.goroutines import UNKNOWN, Frame, Stack
from goleaklint.dump.symbols import split_symbol
from goleaklint.golang import ast

# What starts a goroutine under another name than that of the function that is called for it.
_STARTERS = {"time.goFunc": "AfterFunc", "runtime.runFinalizers": "SetFinalizer", "runtime.runCleanups": "AddCleanup"}
_LITERAL = re.compile(r"(?:func)?\d+")


class Evidence(NamedTuple):
    """What the dump tells of the body of a goroutine's outermost function.

    `waits` tells the nodes at which it can be, `below` is how many lines under the creation that is (None if unknown).
    `starter` is the name of the function that starts it, which may be the one that was given the literal.
    """

    waits: Callable[[ast.Node], bool]
    below: int | None = None
    starter: str = ""

    def fits(self, function: Function, first_line: int) -> bool:
        """Whether such a node stands as far below the function's first line as it did."""
        if self.below is None:
            return False
        wanted = first_line + self.below
        return any(covers(function, node, wanted) for node in function.own_nodes() if self.waits(node))

    def occurs(self, function: Function) -> bool:
        """Whether there is such a node at all."""
        return any(map(self.waits, function.own_nodes()))

    def is_given(self, package: Package, function: Function) -> bool:
        """Whether the literal is an argument of a call of the function that starts it."""
        call = package.call_with(function.literal) if function.literal is not None else None
        return call is not None and isinstance(call.node, ast.Call) and _callee(call.node) == self.starter

    def fits_another(self, package: Package, named: Function) -> bool:
        """Whether a literal beside the named one is as the dump has it, and the named one is not."""
        return likeliest(package, named, self) != named


def evidence_of(stack: Stack, at: int, reason: str, *, is_outermost: bool) -> Evidence:
    """What a frame tells; of the outermost one of the checkout the creation tells more."""
    frame = stack.frames[at]
    waits = waiting(reason, stack.frames[at - 1] if at else None)
    creator = stack.created_by
    if creator is None or not is_outermost:
        return Evidence(waits)
    is_root = at == len(stack.frames) - 1
    below = frame.line - creator.line if is_root and creator.file == frame.file else -1
    name = source_name(split_symbol(creator.function)[1]).removesuffix("[...]").rpartition(".")[2]
    return Evidence(waits, below if below >= 0 else None, _STARTERS.get(creator.function, name))


def likeliest(package: Package, named: Function, evidence: Evidence) -> Function:
    """The literal that a name with a number means now: the named one, unless it cannot be and another can."""
    decl = package.declaration(named) if named.literal is not None else None
    if decl is None:
        return named
    depth = named.name.count(".")
    alike = [
        each
        for each in package.functions(named.file.path)
        if decl.at <= each.at < decl.end and each.literal is not None and each.name.count(".") == depth
    ]
    return min(
        alike,
        key=lambda each: (
            not evidence.is_given(package, each),
            not evidence.fits(each, _first_line(each)),
            not evidence.occurs(each),
            each != named,
        ),
    )


def order_of_start(start: Start, literal: Function | None, evidence: Evidence) -> tuple[bool, bool]:
    """Sorts the go statements of a function: first those whose literal is as the dump has it."""
    if literal is None:
        return True, True
    return not evidence.fits(literal, start.line), not evidence.occurs(literal)


def _first_line(function: Function) -> int:
    return function.file.position(function.at)[0]


def covers(function: Function, node: ast.Node, line: int) -> bool:
    """Whether the line is one of the node's; of a loop, of its `for` alone, for the body does not wait there."""
    end = node.x.end if isinstance(node, ast.Range) else node.end
    return line_of(function.file, node) <= line <= function.file.position(end)[0]


def waiting(reason: str, inner: Frame | None) -> Callable[[ast.Node], bool]:
    """Tells the nodes at which a goroutine can be with this reason, or with this frame inside of it."""
    if inner is not None:
        name = split_symbol(inner.function)[1].rpartition(".")[2]
        if _LITERAL.fullmatch(name):
            return lambda node: isinstance(node, ast.Call) and isinstance(node.fun, ast.FuncLit)
        return lambda node: isinstance(node, ast.Call) and _callee(node) == name
    if reason == UNKNOWN:
        return lambda node: isinstance(node, ast.Send | ast.Range | ast.Select) or _receives(node)
    if reason.startswith("chan send"):
        return lambda node: isinstance(node, ast.Send)
    if reason.startswith("chan receive"):
        return lambda node: isinstance(node, ast.Range) or _receives(node)
    if reason.startswith("select"):
        return lambda node: isinstance(node, ast.Select)
    return lambda node: False


def _receives(node: ast.Node) -> bool:
    return isinstance(node, ast.Unary) and node.op == "<-"


def _callee(call: ast.Call) -> str:
    fun = call.fun.x if isinstance(call.fun, ast.Index) else call.fun
    if isinstance(fun, ast.Selector):
        return fun.name
    return fun.name if isinstance(fun, ast.Name) else ""
