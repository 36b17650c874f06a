"""Who stops a ticker or timer.

`Stop` ends what it sends and does not close its channel (package time, "Ticker.Stop").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.facts import apis
from goleaklint.facts.functions import Function
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import canonical
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Span

_CLOCKS = ("time.Ticker", "time.Timer")
_SETS = frozenset({"Stop", "Reset"})


def is_clock(known: Bindings, channel: ast.Expr) -> bool:
    """Whether only the clock sends on a channel; nobody can close it."""
    var = known.var(channel)
    if var is not None and len(var.stores) == 1 and var.value is not None and not var.ranged:
        channel = var.value
    if isinstance(channel, ast.Selector) and channel.name == "C":
        return canonical(known.type_of(channel.x)) in _CLOCKS
    return known.api(channel) in apis.TIMER_CHANNELS


def clock_stops(known: Bindings, channel: ast.Expr, waits: Function) -> list[Span]:
    """The mentions of `t.Stop` outside the function that waits for `channel`, which is `t.C`.

    Empty when the ticker is `Reset` somewhere: then `Stop` may be a pause.
    """
    clock = channel.x if isinstance(channel, ast.Selector) and channel.name == "C" else None
    if clock is None or canonical(known.type_of(clock)) not in _CLOCKS:
        return []
    mentions = list(_of_variable(known, clock) if isinstance(clock, ast.Name) else _of_field(known, clock))
    if any(node.name == "Reset" for _, node in mentions):
        return []
    inside = waits.node if waits.node is not None else known.decl
    return [
        at.file.span(node.at, node.end)
        for at, node in mentions
        if at.decl is not known.decl or not inside.at <= node.at < inside.end
    ]


def _of_variable(known: Bindings, clock: ast.Name) -> Iterator[tuple[Bindings, ast.Selector]]:
    var = known.var(clock)
    if var is None or len(var.stores) != 1 or known.decl.body is None:
        return
    for node in descend(known.decl.body):
        if isinstance(node, ast.Selector) and node.name in _SETS and known.var(node.x) is var:
            yield known, node


def _of_field(known: Bindings, clock: ast.Expr) -> Iterator[tuple[Bindings, ast.Selector]]:
    """In the whole package: by the field and the type that has it, not by the value."""
    field = known.facts.field(known.type_of(clock.x), clock.name) if isinstance(clock, ast.Selector) else None
    if field is None or not isinstance(clock, ast.Selector):
        return
    word = re.compile(rb"\b" + re.escape(clock.name.encode()) + rb"\.(?:Stop|Reset)\b")
    for decl in known.facts.all_funcs():
        if decl.body is None or decl.file.is_test or not word.search(decl.text):
            continue
        there = bindings(known.facts, decl)
        for node in descend(decl.body):
            if not isinstance(node, ast.Selector) or node.name not in _SETS or not isinstance(node.x, ast.Selector):
                continue
            other = there.facts.field(there.type_of(node.x.x), node.x.name) if node.x.name == clock.name else None
            if other is not None and other[1] == field[1]:
                yield there, node
