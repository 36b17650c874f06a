"""What a function does with a timer: where it stops it, starts it again, and waits for nothing but it."""

from __future__ import annotations

import re

from goleaklint.facts.functions import Function
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Point
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.types import canonical
from goleaklint.golang import ast
from goleaklint.golang.walk import descend


def stopped(known: Bindings, node: ast.Node) -> tuple[ast.Expr, ast.Node, bool] | None:
    """The timer of a Stop whose result is dropped, or that a condition asks for; where it is, whether that is true."""
    place: ast.Node = node
    is_true = False
    match node:
        case ast.ExprStmt(x=ast.Call() as call) | ast.Assign(left=[ast.Name(name="_")], right=[ast.Call() as call]):
            pass
        case ast.If(cond=ast.Call() as call):
            place, is_true = call, True
        case _:
            return None
    if not isinstance(call.fun, ast.Selector) or call.fun.name != "Stop" or call.args:
        return None
    timer = call.fun.x
    return (timer, place, is_true) if canonical(known.type_of(timer)) == "time.Timer" else None


def bare_receives(known: Bindings, function: Function, timer: bytes) -> list[ast.Unary]:
    """The receives from a timer that wait for nothing else: those in a select have another way on."""
    tree = parents(known)
    return [
        node
        for node in function.own()
        if isinstance(node, ast.Unary) and node.op == "<-" and tree.comm(node) is None
        if isinstance(node.x, ast.Selector) and node.x.name == "C" and known.file.text(node.x.x) == timer
    ]


def is_started_here_only(known: Bindings, function: Function, timer: bytes) -> bool:
    """Whether nobody but the function starts the timer: no literal, nobody who gets it, nothing that has the field."""
    tree = parents(known)
    for var in known.variables():
        if var.name.encode() == timer and var.function is function:
            mentions = [(tree.of(read), tree.function(read)) for read in var.reads]
            return all(isinstance(around, ast.Selector) for around, _ in mentions) and all(
                where is function or (isinstance(around, ast.Selector) and around.name != "Reset")
                for around, where in mentions
            )
    name = re.escape(timer.rpartition(b".")[2])
    starts = re.compile(rb"\." + name + rb"\s*(?:\.Reset\(|=[^=])|&[\w.]+\." + name + rb"\b")
    own = known.file.data[function.body.at : function.body.end]
    others = [one.node for one in known.functions if one.parent is function and one.node is not None]
    inside = sum(len(starts.findall(known.file.data, node.at, node.end)) for node in others)
    everywhere = sum(len(starts.findall(file.data)) for file in known.facts.unit.files)
    return b"." in timer and everywhere - len(starts.findall(own)) + inside == 0


def starts(known: Bindings, point: Point, timer: bytes) -> bool:
    """Whether the timer is reset or replaced here, or is given to a function that may do so."""
    for part in point.parts:
        for node in descend(part):
            if isinstance(node, ast.Assign) and any(known.file.text(target) == timer for target in node.left):
                return True
            if isinstance(node, ast.Call):
                match node.fun:
                    case ast.Selector(x=reset, name="Reset") if known.file.text(reset) == timer:
                        return True
                if _is_given(known, node, timer):
                    return True
    return False


def _is_given(known: Bindings, call: ast.Call, timer: bytes) -> bool:
    """`rearm(t)`; for a field also a method of its owner, as in `s.rearm()` for `s.timer`."""
    if any(known.file.text(arg).lstrip(b"&") == timer for arg in call.args):
        return True
    owner = timer.rpartition(b".")[0]
    callee = known.callee(call) if owner else None
    return callee is not None and re.search(rb"\.Reset\(|NewTimer\(", callee.text) is not None
