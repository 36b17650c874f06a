"""Who can stop serving a channel: selects that have another case on which the function ends.

A partner departs when a stop channel, a context or the clock ends it. Other cases do not count: an error or a result
that arrives is as a rule the last thing that the other side has sent.
"""

from __future__ import annotations

import msgspec

from goleaklint.facts import apis
from goleaklint.facts.fields import Slot, Slots, Use
from goleaklint.facts.loops import ways
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.types import bare, canonical
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Span


class Departure(msgspec.Struct, eq=False):
    """A use of a slot, the case of its select on which the function ends instead, and how sure that is.

    `by` is what ends it: the slot of a stop channel, None for a context, the clock or a channel that is no slot.
    """

    use: Use
    case: ast.CommCase
    by: Slot | None

    @property
    def span(self) -> Span:
        """The channel operation of the case."""
        assert self.case.comm is not None
        return self.use.known.head(self.case.comm)


def departure(slots: Slots, slot: Slot, use: Use, kinds: tuple[str, ...]) -> Departure | None:
    """How the function of a use ends without another operation of these kinds on the slot; None if it does not."""
    if use.select is None:
        return None
    served = {one.node for one in slot.of(*kinds)}
    for node in served:
        if node is not use.node and _is_in_literal(node, use):
            return None  # a literal in the function serves it, too: a drain that is deferred or left running
    paths = Paths(use.known, use.function)
    point = paths.point_of.get(use.select)
    if point is None:
        return None
    for case, (target, _) in zip(use.select.cases, point.next, strict=False):
        channel = received(case.comm)
        if case is use.case or channel is None:
            continue
        is_signal, by = _signal(slots, use.known, channel)
        if is_signal and by is not slot and _ends(target, served):
            return Departure(use, case, by)
    return None


def _is_in_literal(node: ast.Node, use: Use) -> bool:
    body = use.function.body
    return any(inner is node for inner in descend(body)) and not any(inner is node for inner in use.function.own())


def _ends(start: Point, served: set[ast.Node]) -> bool:
    """Whether control can get to the end of the function from here without serving the channel."""
    seen = {start}
    stack = [start]
    while stack:
        point = stack.pop()
        if _serves(point, served):
            continue
        if point.kind == "return":
            return True
        for target in ways(point, lambda case: False):
            if target not in seen:
                seen.add(target)
                stack.append(target)
    return False


def _serves(point: Point, served: set[ast.Node]) -> bool:
    parts: list[ast.Node] = list(point.parts)
    if isinstance(point.node, ast.Select):
        parts += [case.comm for case in point.node.cases if case.comm is not None]
    if isinstance(point.node, ast.Range):
        parts.append(point.node)
        return point.node in served
    return any(inner in served for part in parts for inner in descend(part))


def received(comm: ast.Stmt | None) -> ast.Expr | None:
    """The channel that a case receives from."""
    value: ast.Expr | None = None
    if isinstance(comm, ast.ExprStmt):
        value = comm.x
    elif isinstance(comm, ast.Assign) and comm.right:
        value = comm.right[0]
    return value.x if isinstance(value, ast.Unary) and value.op == "<-" else None


def _signal(slots: Slots, known: Bindings, channel: ast.Expr) -> tuple[bool, Slot | None]:
    """Whether a channel only says that it is time to end, and the slot that it is."""
    var = known.var(channel)
    if var is not None and len(var.stores) == 1 and var.value is not None and not var.ranged:
        channel = var.value
    if isinstance(channel, ast.Call):
        if known.api(channel) in apis.TIMER_CHANNELS:
            return True, None
        is_done = isinstance(channel.fun, ast.Selector) and channel.fun.name == "Done" and not channel.args
        return is_done and _is_context(known, channel), None
    if isinstance(channel, ast.Selector) and channel.name == "C":
        return canonical(known.type_of(channel.x)) == "time.Timer", None
    ty = known.type_of(channel)
    under = slots.facts.underlying(ty) if ty is not None else None
    node = bare(under).node if under is not None else None
    if not isinstance(node, ast.ChanType) or not isinstance(node.elem, ast.StructType) or node.elem.fields:
        return False, None
    found: list[Slot] = []
    if isinstance(channel, ast.Selector):
        found = slots.field(known, channel)
    elif isinstance(channel, ast.Name) and known.var(channel) is None and channel.name in slots.variables:
        found = [slots.variables[channel.name]]
    return True, found[0].root() if len(found) == 1 else None


def _is_context(known: Bindings, call: ast.Call) -> bool:
    assert isinstance(call.fun, ast.Selector)
    return canonical(known.type_of(call.fun.x)) in ("", apis.CONTEXT)


def is_lasting(slots: Slots, known: Bindings, channel: ast.Expr) -> bool:
    """Whether a channel that has come true stays so: that of a context, or a slot that is closed and never sent on."""
    is_signal, slot = _signal(slots, known, channel)
    if not is_signal:
        return False
    if slot is not None:
        return slot.has("close") and not slot.open and not slot.has("send")
    var = known.var(channel)
    value = var.value if var is not None and len(var.stores) == 1 else channel
    return isinstance(value, ast.Call) and isinstance(value.fun, ast.Selector) and value.fun.name == "Done"
