"""What stops the partners of a channel, and whether whoever waits for them could have known.

A context that comes from outside may be that of the process. One that the package derives and cancels, and a stop
channel that it closes, end while the process goes on.
"""

from __future__ import annotations

import re

from goleaklint.facts import apis
from goleaklint.facts.departures import Departure
from goleaklint.facts.fields import Slot, Slots, Use
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Paths
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.spawns import calls_of, spawns
from goleaklint.facts.types import Ty, canonical
from goleaklint.golang import ast
from goleaklint.golang.walk import descend

_DEEP = 3
_WITH = re.compile(rb"\bcontext\.With")


def is_own(facts: PackageFacts, departed: Departure) -> bool:
    """Whether the package itself stops the partner."""
    if departed.by is not None:
        return any(not use.known.file.is_test for use in departed.by.of("close", "send"))
    if departed.context is not None:
        return is_derived(facts, departed.use.known, departed.context)
    return True


def is_derived(facts: PackageFacts, known: Bindings, context: ast.Expr, depth: int = 0) -> bool:
    """Whether a context is made in the package, with a way to cancel it."""
    if depth > _DEEP:
        return False
    var = known.var(context)
    if isinstance(context, ast.Call):
        api = known.api(context)
        return api in apis.WITH or (
            api in apis.DERIVING and bool(context.args) and is_derived(facts, known, context.args[0], depth + 1)
        )
    if isinstance(context, ast.Selector):
        return _is_derived_field(facts, canonical(known.type_of(context.x)), context.name, depth)
    if var is None:
        return False
    if var.kind != "param":
        return var.value is not None and var.index == 0 and is_derived(facts, known, var.value, depth + 1)
    params = known.functions[0].params[known.decl.recv is not None :]
    if var not in params:
        return False
    place = params.index(var)
    return any(
        place < len(call.args) and is_derived(facts, caller, call.args[place], depth + 1)
        for caller, call in calls_of(facts, known.decl)
    )


def _is_derived_field(facts: PackageFacts, owner: str, name: str, depth: int) -> bool:
    """Whether the context that a type keeps is one that the package has derived."""
    key = ("derived context", owner, name)
    if key not in facts.memo:
        facts.memo[key] = False
        word = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
        facts.memo[key] = any(_WITH.search(file.data) for file in facts.unit.files) and any(
            _gives(facts, bindings(facts, decl), owner, name, depth)
            for decl in facts.all_funcs()
            if decl.body is not None and b"ontext" in decl.text and word.search(decl.text) and not decl.file.is_test
        )
    return facts.memo[key] is True


def _gives(facts: PackageFacts, known: Bindings, owner: str, name: str, depth: int) -> bool:
    assert known.decl.body is not None
    for node in descend(known.decl.body):
        values: list[ast.Expr] = []
        if isinstance(node, ast.Composite) and node.type is not None and canonical(Ty(node.type, known.file)) == owner:
            values = [one.value for one in node.elements if isinstance(one.key, ast.Name) and one.key.name == name]
        elif isinstance(node, ast.Assign):
            for index, target in enumerate(node.left):
                if not isinstance(target, ast.Selector) or target.name != name or index >= len(node.right):
                    continue
                if canonical(known.type_of(target.x)) == owner:
                    values.append(node.right[index])
        if any(is_derived(facts, known, value, depth + 1) for value in values):
            return True
    return False


def is_ignored(slots: Slots, use: Use, departed: Departure) -> bool:
    """Whether the function of a use looks at what stops its partner elsewhere, or at a context, but not here."""
    for node in use.function.own():
        if isinstance(node, ast.Unary) and node.op == "<-" and _stands_for(slots, use.known, node.x, departed):
            return True
        if use.known.api(node) == f"({apis.CONTEXT}).Err":
            return True
    return False


def _stands_for(slots: Slots, known: Bindings, channel: ast.Expr, departed: Departure) -> bool:
    if isinstance(channel, ast.Call) and isinstance(channel.fun, ast.Selector) and channel.fun.name == "Done":
        return canonical(known.type_of(channel.fun.x)) == apis.CONTEXT
    if departed.by is None or not isinstance(channel, ast.Selector):
        return False
    found = slots.field(known, channel)
    return len(found) == 1 and found[0].root() is departed.by


def is_held(slots: Slots, use: Use, departed: Departure) -> bool:
    """Whether the type whose method, or constructor, waits has what stops the partner for a field of its own."""
    owner = departed.use.known.decl.recv_type
    if not owner or (use.known.decl.recv_type not in ("", owner)):
        return False
    if departed.by is not None:
        return departed.by.owner == owner
    return isinstance(departed.context, ast.Selector) and canonical(
        departed.use.known.type_of(departed.context.x)
    ) == owner  # fmt: skip


def pull(slots: Slots, use: Use) -> Departure | None:
    """A method that receives one value for its caller, of a type that can be stopped: then nobody calls it again."""
    decl, function = use.known.decl, use.function
    if use.kind != "recv" or not use.is_bare or not decl.recv_type or function.node is not None:
        return None
    if any(isinstance(outer, ast.For | ast.Range) for outer in parents(use.known).within(use.node)):
        return None
    if spawns(slots.facts).started(function) is not None:
        return None
    for stop in slots.closed("chan"):
        if stop.owner == decl.recv_type and _is_stop(stop):
            closes = [one for one in stop.of("close") if one.known.decl.recv_type == decl.recv_type]
            if closes and all(one.function.node is None for one in closes):
                return Departure(use, closes[0].span, stop, how="says that it is over", where=closes[0])
    return _pull_of_context(slots.facts, use)


def _pull_of_context(facts: PackageFacts, use: Use) -> Departure | None:
    """The type keeps a context that the package cancels: `s.ctx`."""
    owner = use.known.decl.recv_type
    struct = facts.struct(Ty(facts.types[owner].type, facts.types[owner].file)) if owner in facts.types else None
    if struct is None:
        return None
    for field in struct[0].fields:
        is_context = canonical(Ty(field.type, struct[1])) == apis.CONTEXT and not field.embedded
        if is_context and _is_derived_field(facts, owner, field.name, 0):
            span = struct[1].span(field.at, field.end)
            return Departure(use, span, how=f"is not called any more when {field.name} has ended", held=owner)
    return None


def is_stream(send: Use, pulls: list[Use]) -> bool:
    """Whether values come one after the other: one that comes once is for one who waits for it, `return <-t.result`."""
    return _is_sent_again(send) or all(_asks_for_end(one) for one in pulls)


def _is_sent_again(send: Use) -> bool:
    paths = Paths(send.known, send.function)
    start = paths.point_of.get(send.node)
    return start is not None and paths.leads(start, start)


def _asks_for_end(pulled: Use) -> bool:
    """`v, ok := <-ch`: there are more until the channel is closed."""
    outer = parents(pulled.known).of(pulled.node)
    return isinstance(outer, ast.Assign) and len(outer.left) == 2 and len(outer.right) == 1


def _is_stop(slot: Slot) -> bool:
    node = slot.type.node
    is_signal = isinstance(node, ast.ChanType) and isinstance(node.elem, ast.StructType) and not node.elem.fields
    return is_signal and not slot.has("send")
