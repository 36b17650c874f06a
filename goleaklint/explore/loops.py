"""Lowering of loops: counted ones are unrolled, the others get a back edge, ranges over channels are receives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from goleaklint.explore import comma_ok, conditions, containers, counts, expressions, guards, statements, tallies
from goleaklint.explore.automaton import STEERING, Op
from goleaklint.explore.scopes import Env
from goleaklint.explore.values import Closure, Const, Obj, Ordinal, Place, Prim, Tally, Unknown, Value
from goleaklint.golang import ast

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering


def for_loop(lo: Lowering, node: ast.For, env: Env, label: str) -> None:
    scope = Env(env)
    statements.statement(lo, node.init, scope)
    tally = tallies.limit(node, scope)
    if tally is not None:
        _tallied(lo, node, scope, label, tally)
        return
    count = counts.loop_count(lo, node, scope)
    if count is not None:

        def bind(inner: Env, turn: int) -> None:
            counts.bind_index(lo, node, inner, count, turn)

        _unrolled(lo, node.body, scope, label, count, bind)
        return
    first = len(lo.auto.edges)
    head, body, out, onward = lo.node(), lo.node(), lo.node(), lo.node()
    lo.goto(head)
    lo.cur = head
    if node.cond is None:
        lo.goto(body)
    else:
        conditions.branch(lo, node.cond, scope, body, out)
        lo.survey.matters.update(lo.tested[-1:])
    lo.cur = body
    _looping(lo, node.body, scope, label, out, onward)
    lo.cur = onward
    statements.statement(lo, node.post, scope)
    lo.goto(head)
    lo.cur = out
    if guards.leaves_by_count(lo, node, scope):
        guards.doubt(lo, first)


def _looping(lo: Lowering, body: ast.Block, env: Env, label: str, out: int, onward: int) -> None:
    """The body of a loop with a back edge."""
    frame = lo.frame
    frame.jumps.append(statements.jump(label, out, onward))
    lo.loops += 1
    with lo.conditional(body):
        statements.block(lo, body, env)
        lo.goto(onward)
    lo.loops -= 1
    frame.jumps.pop()


def _unrolled(
    lo: Lowering, body: ast.Block, env: Env, label: str, turns: counts.Turns, bind: Callable[[Env, int], None]
) -> None:
    """A counted loop: its body as many times, each in an activation of its own."""
    if turns.symbol:
        lo.survey.uses.setdefault(turns.symbol, set()).add(id(body))
    if lo.free and turns.symbol and lo.known.feed(turns.symbol, id(body)):
        _any_number(lo, body, env, label, bind)
        return
    first = len(lo.auto.edges)
    frame = lo.frame
    out = lo.node()
    outer, scopes = frame.context, lo.scopes
    frame.branching += 1
    if counts.has_jumps(lo, body):
        lo.scopes = (*scopes, (outer, id(body)))
    for iteration in range(turns.count):
        nodes = len(lo.auto.edges)
        threads, makes = len(lo.auto.threads), lo.makes
        start, onward = lo.node(), lo.node()
        lo.goto(start)
        lo.cur = start
        frame.context = lo.heap.context(outer, id(body), "iteration", iteration)
        frame.jumps.append(statements.jump(label, out, onward))
        frame.turns.append((body, frame.context))
        inner = Env(env)
        bind(inner, iteration)
        statements.block(lo, body, inner)
        lo.goto(onward)
        frame.turns.pop()
        frame.jumps.pop()
        lo.cur = onward
        if (threads, makes) == (len(lo.auto.threads), lo.makes) and not _any_operation(lo, nodes):
            break
        if turns.symbol:
            lo.survey.counts.add(turns.symbol)
    frame.context, lo.scopes = outer, scopes
    frame.branching -= 1
    lo.goto(out)
    lo.cur = out
    if turns.symbol:
        _note_feed(lo, id(body), first)


def _any_number(lo: Lowering, body: ast.Block, env: Env, label: str, bind: Callable[[Env, int], None]) -> None:
    """A loop that runs as often as nothing in view tells."""
    head, start, out, onward = lo.node(), lo.node(), lo.node(), lo.node()
    lo.survey.feeds[id(body)] = lo.known.feeds[id(body)]
    lo.goto(head)
    lo.edge(head, None, start)
    lo.edge(head, None, out)
    lo.cur = start
    inner = Env(env)
    bind(inner, 0)
    _looping(lo, body, inner, label, out, onward)
    lo.edge(onward, None, head)
    lo.cur = out


def _tallied(lo: Lowering, node: ast.For | ast.Range, env: Env, label: str, tally: Prim) -> None:
    """A loop that runs as often as has been counted."""
    left = tallies.left(lo, node, tally)
    head, body, out, onward = lo.node(), lo.node(), lo.node(), lo.node()
    lo.goto(head)
    lo.cur = head
    tallies.fork(lo, left, node, 1, body, out)
    lo.cur = body
    _looping(lo, node.body, env, label, out, onward)
    lo.cur = onward
    lo.emit("count", left, node, -1)
    lo.goto(head)
    lo.cur = out


def _note_feed(lo: Lowering, loop: int, since: int) -> None:
    """Remember the channels that a loop sends on, when it does nothing else to primitives."""
    ops = [op for op in lo.ops_since(since) if op.kind not in STEERING]
    ops = [op for op in ops if op.prim is None or not (op.prim.silent or op.prim.kind == "ctx")]
    if ops and all(op.kind == "send" and op.prim is not None for op in ops):
        lo.survey.feeds[loop] = frozenset(op.prim.ident for op in ops if op.prim is not None)


def _any_operation(lo: Lowering, since: int) -> bool:
    """Whether anything that can be seen has been lowered since: else one turn of the loop is as good as several."""
    seen = (op for op in lo.ops_since(since) if op.kind != "default")
    return any(op.prim is None or not op.prim.silent for op in seen)


def range_loop(lo: Lowering, node: ast.Range, env: Env, label: str) -> None:
    value = expressions.evaluate(lo, node.x, env)
    scope = Env(env)
    if isinstance(value, Tally):
        if node.key is not None:
            statements.assign(lo, node.key, Unknown(), scope, define=node.define)
        _tallied(lo, node, scope, label, value.prim)
        return
    if expressions.is_channel(value):
        _range_channel(lo, node, value, scope, label)
        return
    closure = value if isinstance(value, Closure) else None
    if closure is not None:
        lo.heap.escape(closure)
    cells = containers.slots(value)
    count = counts.exactly(lo, len(cells), node.body) if cells else None
    if count is None or count.symbol:
        count, cells = counts.range_count(lo, node, value, scope), []
    turns = count
    keys = containers.keys(value)

    def bind(inner: Env, turn: int) -> None:
        key: Value = Ordinal(turn) if turns.symbol else Const(turn)
        item: Value = None
        if cells:
            key, item = keys[turn], lo.read(cells[turn])
        elif isinstance(value, Obj):
            key = None if isinstance(containers.map_type(lo, value), ast.MapType) else key
            item = lo.read(containers.cell_at(lo, value, key)) if node.value is not None else None
        for target, part in ((node.key, key), (node.value, item)):
            if target is not None:
                statements.assign(lo, target, part, inner, define=node.define)

    _unrolled(lo, node.body, scope, label, count, bind)


def _range_channel(lo: Lowering, node: ast.Range, channel: Value, scope: Env, label: str) -> None:
    head, body, out = lo.node(), lo.node(), lo.node()
    lo.goto(head)
    if isinstance(channel, Prim) and channel.kind == "chan":
        place = Place(node, lo.frame.file, lo.frame.function)
        lo.edge(head, Op("recv", channel, place, comma_ok.VALUE_ONLY), body)
        lo.edge(head, Op("drained", channel, place), out)
    elif isinstance(channel, Prim):
        lo.edge(head, Op("dead", channel, lo.place(node)), body)
    else:
        lo.edge(head, None, body)
        if not expressions.never_closed(channel):
            lo.edge(head, None, out)
    lo.cur = body
    if node.key is not None:
        statements.assign(lo, node.key, expressions.received(lo, channel), scope, define=node.define)
    _looping(lo, node.body, scope, label, out, head)
    lo.cur = out
