"""Lowering of select: its cases are the edges of one node, each an operation or, when out of view, a silent step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goleaklint.explore import comma_ok, conditions, expressions, making, statements
from goleaklint.explore.automaton import Op
from goleaklint.explore.scopes import Env
from goleaklint.explore.values import Prim, Value
from goleaklint.golang import ast

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering


def select(lo: Lowering, node: ast.Select, env: Env, label: str) -> None:
    if not node.cases:
        lo.emit("dead", lo.heap.prim("select{}", "dead", "select {}", None), node)
        return
    frame = lo.frame
    ready = [_comm(lo, case, env) for case in node.cases]
    head, out = lo.node(), lo.node()
    lo.goto(head)
    # One case alone is no select: it parks as its operation does (cmd/compile/internal/walk/select.go).
    at = lo.place(node) if len(node.cases) > 1 else None
    frame.jumps.append(statements.jump(label, out, None))
    for case, (kind, channel, received, guard) in zip(node.cases, ready, strict=True):
        body = lo.node()
        first = len(lo.auto.edges[head])
        if kind == "dead" or (channel is not None and channel.kind == "dead"):
            dead = channel or making.dead_channel(lo, case)
            lo.edge(head, Op("dead", dead, lo.place(case.comm or case), 1, at), body)
        elif kind == "default":
            lo.edge(head, Op("default", None, lo.place(case)), body)
        elif channel is None:
            lo.edge(head, None, body)
        elif channel.kind == "chan" and isinstance(case.comm, ast.Assign) and comma_ok.source(case.comm) is not None:
            ends = comma_ok.fork(lo, head, channel, lo.place(case.comm), at)
            _switch_off(lo, head, first, guard)
            inner = Env(env)
            comma_ok.assign(lo, case.comm, received, ends, inner)
            statements.note_source(case.comm.left[0], inner, frozenset({channel.ident}))
            _case_body(lo, case, inner, out)
            continue
        else:
            for prim in _waited(channel):
                lo.edge(head, Op(kind, prim, lo.place(case.comm or case), 1, at), body)
        _switch_off(lo, head, first, guard)
        lo.cur = body
        inner = Env(env)
        if isinstance(case.comm, ast.Assign):
            for target, value in zip(case.comm.left, [received, None], strict=False):
                statements.assign(lo, target, value, inner, define=case.comm.op == ":=")
                statements.note_source(
                    target, inner, frozenset({channel.ident}) if channel is not None else frozenset()
                )
        _case_body(lo, case, inner, out)
    frame.jumps.pop()
    lo.cur = out


def _switch_off(lo: Lowering, head: int, first: int, guard: Prim | None) -> None:
    for op, _ in lo.auto.edges[head][first:]:
        if op is not None:
            op.guard = guard


def _case_body(lo: Lowering, case: ast.CommCase, env: Env, out: int) -> None:
    with lo.conditional(case):
        for stmt in case.body:
            statements.statement(lo, stmt, env)
    lo.goto(out)


def _waited(channel: Prim) -> list[Prim]:
    """The primitives that a receive waits for: a context is done when it or one that it derives from is."""
    found = [channel]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return found


def _comm(lo: Lowering, case: ast.CommCase, env: Env) -> tuple[str, Prim | None, Value, Prim | None]:
    """Operands of a case, evaluated on entry: kind, channel (None: ready at any time), what is received, guard."""
    comm = case.comm
    if comm is None:
        return "default", None, None, None
    if isinstance(comm, ast.Send):
        operand = comm.channel
        channel = expressions.evaluate(lo, operand, env)
        statements.send_value(lo, channel, expressions.evaluate(lo, comm.value, env))
        kind = "send"
    else:
        source = comm.right[0] if isinstance(comm, ast.Assign) and comm.right else getattr(comm, "x", None)
        if not isinstance(source, ast.Unary) or source.op != "<-":
            expressions.evaluate(lo, source, env)
            return "recv", None, None, None
        operand = source.x
        channel = expressions.evaluate(lo, operand, env)
        kind = "recv"
    if expressions.is_nil(channel):
        return "dead", None, None, None
    prim = channel if isinstance(channel, Prim) else None
    guard = conditions.nil_guard(lo, operand, env)
    return kind, prim, expressions.received(lo, channel), guard
