"""Who can stop serving a channel: selects that have another case on which the function ends.

A partner departs when a stop channel, a context or the clock ends it, or when what it does with a value fails. Other
cases do not count: an error or a result that arrives is as a rule the last thing that the other side has sent.
"""

from __future__ import annotations

import msgspec

from goleaklint.facts import apis
from goleaklint.facts.fields import Slot, Slots, Use
from goleaklint.facts.functions import Var
from goleaklint.facts.loops import ways
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.types import bare, canonical
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Span


class Departure(msgspec.Struct, eq=False):
    """A use of a slot, where the function ends instead, and what ends it.

    `by` is the slot of a stop channel, `context` the expression of a context; both None for the clock, for a channel
    that is no slot, and for an error (`is_error`). `where` is set when it stands in another function than the use.
    """

    use: Use
    span: Span
    by: Slot | None = None
    context: ast.Expr | None = None
    is_error: bool = False
    how: str = "stops here instead"
    where: Use | None = None
    held: str = ""  # the type that keeps the context

    @property
    def is_pull(self) -> bool:
        """Whether the partner is a method that is only not called any more."""
        return self.where is not None or bool(self.held)


def departure(slots: Slots, slot: Slot, use: Use, kinds: tuple[str, ...]) -> Departure | None:
    """How the function of a use ends without another operation of these kinds on the slot; None if it does not."""
    loop = None if use.kind == "send" else _loop(use)
    if use.select is None and loop is None:
        return None
    served = {one.node for one in slot.of(*kinds)}
    for node in served:
        if node is not use.node and _is_in_literal(node, use):
            return None  # a literal in the function serves it, too: a drain that is deferred or left running
    paths = Paths(use.known, use.function)
    by_signal = _by_signal(slots, slot, use, paths, served)
    return by_signal or (_by_error(use, paths, served, loop) if loop is not None else None)


def _by_signal(slots: Slots, slot: Slot, use: Use, paths: Paths, served: set[ast.Node]) -> Departure | None:
    point = paths.point_of.get(use.select) if use.select is not None else None
    if point is None or use.select is None:
        return None
    for case, (target, _) in zip(use.select.cases, point.next, strict=False):
        channel = received(case.comm)
        if case is use.case or channel is None:
            continue
        is_signal, by = _signal(slots, use.known, channel)
        if is_signal and by is not slot and _ends(target, served):
            assert case.comm is not None
            return Departure(use, use.known.head(case.comm), by, _context(use.known, channel))
    return None


def _loop(use: Use) -> ast.For | ast.Range | None:
    """The loop that receives again and again."""
    if isinstance(use.node, ast.Range):
        return use.node
    outer = parents(use.known).within(use.node)
    return next((node for node in outer if isinstance(node, ast.For | ast.Range)), None)


def _by_error(use: Use, paths: Paths, served: set[ast.Node], loop: ast.For | ast.Range) -> Departure | None:
    """`for v := range c { if err := f(v); err != nil { return err } }`: what the loop does with a value may fail."""
    for node in descend(loop.body, into_literals=False):
        if not isinstance(node, ast.If) or not _is_failed_call(use, loop, node.cond):
            continue
        point = paths.point_of.get(node.cond)
        if point is not None and point.next and _ends(point.next[0][0], served):
            leave = next((one for one in descend(node.then) if isinstance(one, ast.Return | ast.Branch)), node.cond)
            return Departure(use, use.known.head(leave), is_error=True)
    return None


def _is_failed_call(use: Use, loop: ast.For | ast.Range, cond: ast.Expr) -> bool:
    """Whether a condition says that a call in the loop has failed, whose error the value did not bring with it."""
    known = use.known
    if not isinstance(cond, ast.Binary) or cond.op != "!=":
        return False
    error = known.var(cond.left)
    if error is None or not (isinstance(cond.right, ast.Name) and cond.right.name == "nil"):
        return False
    stores = [
        (node.right, node.left)
        for node in descend(loop.body, into_literals=False)
        if isinstance(node, ast.Assign) and any(known.var(target) is error for target in node.left)
    ]
    received_into = [known.var(name) for name in _targets(use)]
    return bool(stores) and all(
        len(right) == 1 and isinstance(right[0], ast.Call) and not _is_of(known, right[0], received_into)
        for right, _ in stores
    )


def _is_of(known: Bindings, call: ast.Call, values: list[Var | None]) -> bool:
    """`v.Err()` of a value that was received, or of a context."""
    base: ast.Expr = call.fun
    while isinstance(base, ast.Selector):
        base = base.x
    var = known.var(base)
    return (var is not None and var in values) or (isinstance(call.fun, ast.Selector) and call.fun.name == "Err")


def _targets(use: Use) -> list[ast.Expr]:
    if isinstance(use.node, ast.Range):
        return [node for node in (use.node.key, use.node.value) if node is not None]
    outer = parents(use.known).of(use.node)
    return outer.left if isinstance(outer, ast.Assign) else []


def _context(known: Bindings, channel: ast.Expr) -> ast.Expr | None:
    """The context whose channel it is."""
    var = known.var(channel)
    if var is not None and len(var.stores) == 1 and var.value is not None:
        channel = var.value
    if isinstance(channel, ast.Call) and isinstance(channel.fun, ast.Selector) and channel.fun.name == "Done":
        return channel.fun.x
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
