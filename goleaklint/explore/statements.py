"""Lowering of statements: control flow becomes edges, operations on primitives become labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from goleaklint.explore import (
    calls,
    comma_ok,
    conditions,
    containers,
    counts,
    escape,
    expressions,
    guards,
    loops,
    making,
    outcomes,
    selects,
    stdlib,
    tallies,
)
from goleaklint.explore.automaton import STEERING
from goleaklint.explore.scopes import Env
from goleaklint.explore.values import Cell, Obj, Prim, Unknown, Value
from goleaklint.facts.types import Ty
from goleaklint.golang import ast
from goleaklint.golang.walk import descend

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Jump, Lowering


def block(lo: Lowering, node: ast.Block, env: Env) -> None:
    """The statements of a block, in a scope of their own."""
    inner = Env(env)
    for stmt in node.body:
        statement(lo, stmt, inner)


def statement(lo: Lowering, node: ast.Stmt | None, env: Env, label: str = "") -> None:
    """One statement; `label` is the one that stands before it."""
    handler = _HANDLERS.get(type(node))
    if handler is not None:
        handler(lo, node, env, label)


def _block(lo: Lowering, node: ast.Block, env: Env, label: str) -> None:
    block(lo, node, env)


def _expr(lo: Lowering, node: ast.ExprStmt, env: Env, label: str) -> None:
    expressions.evaluate(lo, node.x, env)


def _send(lo: Lowering, node: ast.Send, env: Env, label: str) -> None:
    channel = expressions.evaluate(lo, node.channel, env)
    value = expressions.evaluate(lo, node.value, env)
    send_value(lo, channel, value)
    if isinstance(channel, Prim):
        lo.emit("dead" if channel.kind == "dead" else "send", channel, node)
    elif expressions.is_nil(channel):
        lo.emit("dead", making.dead_channel(lo, node), node)


def send_value(lo: Lowering, channel: Value, value: Value) -> None:
    """A value goes into a channel: whoever receives from it holds it too."""
    if isinstance(channel, Prim) and channel.kind == "chan" and not channel.external:
        lo.heap.store(expressions.channel_cell(lo, channel), value)
    else:
        lo.heap.escape(value)


def assign(lo: Lowering, target: ast.Expr, value: Value, env: Env, *, define: bool, copy: Cell | None = None) -> None:
    """Store into a variable, a field, an element; through anything else the value escapes.

    A variable that is known as the `copy` of a result is what that was made.
    """
    if isinstance(target, ast.Name):
        if target.name == "_":
            return
        cell = env.names.get(target.name) if define else env.find(target.name)
        if cell is None and define:
            cell = declare(lo, target, env, None)
        elif cell is not None and _is_renewed(lo, cell, target):
            cell = _renew(lo, cell, target, env)
        if cell is not None and not (define and tallies.declared(lo, cell, target, value)):
            lo.heap.store(cell, value if value is not None else Unknown())
            if copy is None or not copy.is_outcome or cell.same != copy.ident:
                conditions.written(lo, cell, value, target)
        elif cell is None and not define:
            lo.heap.escape(value)
    elif isinstance(target, ast.Selector):
        owner = expressions.evaluate(lo, target.x, env)
        if isinstance(owner, Prim) and owner.kind == "cond" and target.name == "L":
            stdlib.set_lock(lo, owner, value, target)
            return
        cell = expressions.field_cell(lo, owner, target.name)
        if cell is None or cell.external:
            lo.heap.escape(value)
        if cell is not None:
            expressions.name_owner(lo, value, owner, target.name)
            if not cell.external:
                lo.heap.store(cell, value if value is not None else Unknown())
            conditions.written(lo, cell, value, target)
    elif isinstance(target, ast.Index):
        owner = expressions.evaluate(lo, target.x, env)
        at = [expressions.evaluate(lo, index, env) for index in target.index]
        cell = containers.cell_at(lo, owner, at[0] if at else None, store=True) if isinstance(owner, Obj) else None
        if cell is not None:
            containers.put(lo, cell, value)
        else:
            lo.heap.escape(value)
    else:
        inner = target.x if isinstance(target, ast.Unary) else target
        owner = expressions.evaluate(lo, inner, env)
        lo.heap.escape(value)
        if isinstance(owner, Prim):
            owner.ambiguous = True


def declare(lo: Lowering, name: ast.Name, env: Env, ty: Ty | None) -> Cell:
    """A new variable of the current scope."""
    cell = lo.heap.cell((lo.frame.context, id(name)), name.name, ty)
    cell.scope = lo.scopes
    env.names[name.name] = cell
    return cell


def _is_renewed(lo: Lowering, cell: Cell, target: ast.Name) -> bool:
    """Whether an assignment is as certain as the declaration, and nobody else can see the old value later."""
    frame = lo.frame
    if cell.scope != lo.scopes or cell.addressed or cell in frame.results or frame.body is None:
        return False
    first = escape.first_captures(lo.facts, frame.body).get(target.name)
    return first is None or first > target.at


def _renew(lo: Lowering, old: Cell, target: ast.Name, env: Env) -> Cell:
    """From here on the name means a cell of its own: what it held before is not mixed with what it holds now."""
    cell = lo.heap.cell((lo.frame.context, id(target), "again"), old.name, old.ty)
    cell.scope = lo.scopes
    owner = env.owner(target.name)
    owner.names[target.name] = cell
    return cell


def _assign(lo: Lowering, node: ast.Assign, env: Env, label: str) -> None:
    if tallies.changed(lo, node, env):
        return
    receive = comma_ok.source(node)
    if receive is not None:
        channel = expressions.evaluate(lo, receive.x, env)
        if isinstance(channel, Prim) and channel.kind == "chan":
            ends = comma_ok.fork(lo, lo.cur, channel, lo.place(receive))
            comma_ok.assign(lo, node, expressions.received(lo, channel), ends, env)
            note_source(node.left[0], env, frozenset({channel.ident}))
            return
    start, first = lo.cur, len(lo.auto.edges)
    call = _copied_call(node)
    if call is not None:
        lo.copied[id(call)] = []
    values = expressions.values(lo, node.right, len(node.left), env)
    if node.op not in {"=", ":="}:
        for target in node.left:
            _change(lo, target, env)
        return
    sources = guards.received_since(lo, start, first) if len(lo.auto.edges) > first else frozenset[int]()
    results = lo.copied.pop(id(call), [])
    if results:
        outcomes.note(lo, results, first)
    copies = [*results, *[None] * len(values)]
    for target, value, copy in zip(node.left, values, copies, strict=False):
        assign(lo, target, value, env, define=node.op == ":=", copy=copy)
        note_source(target, env, sources)
    for target, result in zip(node.left, results, strict=False):
        _note_copy(lo, target, result, env)
    for target, source in zip(node.left, _sources(node.right, len(node.left)), strict=False):
        if node.op == ":=" and isinstance(target, ast.Name):
            counts.copied(lo, env.find(target.name), source, env)


def _change(lo: Lowering, target: ast.Expr, env: Env) -> None:
    """`n--`, `p.free += 2`: what a variable or field holds from here on is not known.

    `for p.free > 0 { p.free-- }` would run for ever if the field kept what it was made with, or the test its outcome.
    """
    cell: Cell | None = None
    if isinstance(target, ast.Name):
        cell = env.find(target.name)
    elif isinstance(target, ast.Selector):
        cell = expressions.field_cell(lo, expressions.evaluate(lo, target.x, env), target.name)
    if cell is None:
        return
    if not cell.external:
        lo.heap.store(cell, Unknown())
    conditions.written(lo, cell, None, target)


def _copied_call(node: ast.Assign) -> ast.Call | None:
    """The call whose results become variables here."""
    call = node.right[0] if len(node.right) == 1 and node.op == ":=" else None
    named = all(isinstance(target, ast.Name) for target in node.left)
    return call if isinstance(call, ast.Call) and named else None


def _note_copy(lo: Lowering, target: ast.Expr, result: Cell, env: Env) -> None:
    """A channel that a call returned or not: the variable is nil exactly when the result was."""
    cell = env.find(target.name) if isinstance(target, ast.Name) else None
    if cell is not None and outcomes.copied(cell, result):
        return
    if cell is not None and result.maybe_nil and isinstance(result.value, Prim):
        cell.same, cell.maybe_nil = result.ident, True
        if not lo.known.is_first and f"{conditions.name_of(cell)} == nil" not in lo.keys:
            result.value.doubtful = True  # nothing tests it: it cannot be nil where it is used, for reasons out of view


def note_source(target: ast.Expr, env: Env, sources: frozenset[int]) -> None:
    cell = env.find(target.name) if isinstance(target, ast.Name) and sources else None
    if cell is not None:
        cell.sources |= sources


def _sources(right: list[ast.Expr], wanted: int) -> list[ast.Expr | None]:
    return list(right) if len(right) == wanted else [None] * wanted


def _var(lo: Lowering, node: ast.VarDecl, env: Env, label: str) -> None:
    values = expressions.values(lo, node.values, len(node.names), env) if node.values else []
    ty = Ty(node.type, lo.frame.file) if node.type is not None else None
    for index, name in enumerate(node.names):
        if name.name == "_":
            continue
        cell = declare(lo, name, env, ty)
        value = expressions.typed(values[index], ty) if index < len(values) else making.zero(lo, ty, name, name.name)
        if tallies.declared(lo, cell, name, value):
            continue
        lo.heap.store(cell, value)
        if index < len(values) and len(node.values) == len(node.names):
            counts.copied(lo, cell, node.values[index], env)
        conditions.written(lo, cell, value, name)


def _go(lo: Lowering, node: ast.Go, env: Env, label: str) -> None:
    call = node.call
    if not isinstance(call, ast.Call):
        return
    if calls.is_builtin(lo, call.fun, env):
        calls.spawn_action(lo, node, lambda: calls.call(lo, call, env))
        return
    function = expressions.evaluate(lo, call.fun, env)
    args = [expressions.evaluate(lo, a, env) for a in call.args]
    calls.spawn_value(lo, function, args, node)


def _defer(lo: Lowering, node: ast.Defer, env: Env, label: str) -> None:
    from goleaklint.explore.lowering import Deferred

    if not isinstance(node.call, ast.Call):
        return
    call = node.call
    frame = lo.frame
    builtin = calls.is_builtin(lo, call.fun, env)
    function = None if builtin else expressions.evaluate(lo, call.fun, env)
    args = [] if builtin else tallies.settled([expressions.evaluate(lo, a, env) for a in call.args])
    flag: Prim | None = None
    if frame.branching or lo.loops:
        flag = lo.heap.prim((frame.context, id(node)), "flag", "", None)
        lo.emit("set", flag, node)

    def run() -> None:
        if builtin:
            calls.call(lo, call, env)
        else:
            calls.apply(lo, function, args, call, env)

    frame.defers.append(Deferred(run, flag))


def _return(lo: Lowering, node: ast.Return, env: Env, label: str) -> None:
    frame = lo.frame
    values = expressions.values(lo, node.values, len(frame.results), env) if node.values else []
    exprs = _sources(node.values, len(frame.results))
    for cell, value, expr in zip(frame.results, values, exprs, strict=False):
        lo.heap.store(cell, expressions.typed(value if value is not None else Unknown(), cell.ty))
        conditions.written(lo, cell, outcomes.FAILED if outcomes.fails(lo, cell, expr, env) else value, node)
    lo.leaves_at(node)
    lo.leave()


def _if(lo: Lowering, node: ast.If, env: Env, label: str) -> None:
    scope = Env(env)
    statement(lo, node.init, scope)
    first, tested = len(lo.auto.edges), len(lo.tested)
    yes, no = lo.node(), lo.node()
    outcome = conditions.branch(lo, node.cond, scope, yes, no)
    with lo.conditional(node), outcomes.failed(lo.frame, node.cond):
        lo.cur = yes
        if outcome is not False:
            block(lo, node.then, scope)
        end = lo.cur
        lo.cur = no
        if outcome is not True:
            statement(lo, node.orelse, scope)
    lo.join(end, lo.cur)
    keys = lo.tested[tested:]
    if not lo.survey.matters.issuperset(keys) and (counts.has_jumps(lo, node) or _acts(lo, first)):
        lo.survey.matters.update(keys)
    is_late = lo.is_late and outcome is None and not lo.known.is_first and not lo.keys.issuperset(keys or [""])
    if is_late or guards.is_counted(lo, node.cond, scope):
        guards.doubt(lo, first)  # a deferred clean-up that asks how the function ended, in a way that is not followed
    _doubt_received(lo, first, [node.cond], scope)


def _acts(lo: Lowering, since: int) -> bool:
    """Whether anything is done to a primitive in what has been lowered since node `since`."""
    return any(op.kind not in STEERING for op in lo.ops_since(since))


def _switch(lo: Lowering, node: ast.Switch, env: Env, label: str) -> None:
    scope = Env(env)
    statement(lo, node.init, scope)
    if node.tag is not None:
        expressions.evaluate(lo, node.tag, scope)
    tests = [node.tag] if node.tag is not None else [value for case in node.cases for value in case.values]
    first = len(lo.auto.edges)
    _cases(lo, node.cases, scope, label, tagless=node.tag is None)
    _doubt_received(lo, first, tests, scope)


def _doubt_received(lo: Lowering, first: int, tests: Sequence[ast.Node], scope: Env) -> None:
    """What a received value decides is doubtful for the channels that it came from."""
    received = {source for test in tests for source in guards.sources(lo, test, scope)}
    if received:
        guards.doubt(lo, first, received)


def _type_switch(lo: Lowering, node: ast.TypeSwitch, env: Env, label: str) -> None:
    scope = Env(env)
    statement(lo, node.init, scope)
    value = expressions.evaluate(lo, node.x, scope)
    first = len(lo.auto.edges)

    def bind(case: ast.Case, inner: Env) -> None:
        if not node.name:
            return
        ty = _type_in(case.values[0]) if len(case.values) == 1 else None
        cell = lo.heap.cell((lo.frame.context, id(case), "alias"), node.name, Ty(ty, lo.frame.file) if ty else None)
        lo.heap.store(cell, expressions.typed(value, cell.ty) if value is not None else Unknown(cell.ty))
        inner.names[node.name] = cell

    sure = [case for case in node.cases if any(expressions.is_of(lo, value, _type_in(one)) for one in case.values)]
    for case in [] if sure else node.cases:
        for one in case.values:
            expressions.doubt_type(lo, value, _type_in(one))
    _cases(lo, sure[:1] or node.cases, scope, label, bind=bind, is_sure=bool(sure))
    _doubt_received(lo, first, [node.x], scope)


def _type_in(value: ast.Expr) -> ast.Type | None:
    return value.type if isinstance(value, ast.TypeExpr) else None


def _cases(
    lo: Lowering,
    cases: list[ast.Case],
    scope: Env,
    label: str,
    *,
    tagless: bool = False,
    bind: Callable[[ast.Case, Env], None] | None = None,
    is_sure: bool = False,
) -> None:
    frame = lo.frame
    out = lo.node()
    frame.jumps.append(jump(label, out, None))
    bodies = [lo.node() for _ in cases]
    default = out
    for case, body in zip(cases, bodies, strict=True):
        if case.default:
            default = body
            continue
        for value in case.values:
            if tagless:
                onward = lo.node()
                conditions.branch(lo, value, scope, body, onward)
                lo.survey.matters.update(lo.tested[-1:])
                lo.cur = onward
            else:
                expressions.evaluate(lo, value, scope)
                lo.goto(body)
    if not is_sure:
        lo.goto(default)
    for index, (case, body) in enumerate(zip(cases, bodies, strict=True)):
        lo.cur = body
        inner = Env(scope)
        with lo.conditional(case):
            if bind is not None:
                bind(case, inner)
            for stmt in case.body:
                statement(lo, stmt, inner)
        lo.goto(bodies[index + 1] if case.fallthrough and index + 1 < len(bodies) else out)
    frame.jumps.pop()
    lo.cur = out


def jump(label: str, out: int, onward: int | None) -> Jump:
    from goleaklint.explore.lowering import Jump

    return Jump(label, out, onward)


def _labeled(lo: Lowering, node: ast.Labeled, env: Env, label: str) -> None:
    target = _label(lo, node.label, node.at)
    lo.goto(target)
    lo.cur = target
    statement(lo, node.stmt, env, node.label)


def _label(lo: Lowering, name: str, at: int) -> int:
    """The node of a label that stands at an offset; each iteration of an unrolled loop around it has its own."""
    around = [context for body, context in lo.frame.turns if body.at <= at < body.end]
    key = (name, around[-1] if around else 0)
    if key not in lo.frame.labels:
        lo.frame.labels[key] = lo.node()
    return lo.frame.labels[key]


def _offset(lo: Lowering, name: str) -> int:
    """Where a label of the current function stands."""
    body = lo.frame.body
    found = (one.at for one in descend(body) if isinstance(one, ast.Labeled) and one.label == name) if body else ()
    return next(iter(found), 0)


def _branch(lo: Lowering, node: ast.Branch, env: Env, label: str) -> None:
    if node.kind == "goto":
        lo.goto(_label(lo, node.label, _offset(lo, node.label)))
    else:
        for jump in reversed(lo.frame.jumps):
            if node.kind == "continue" and jump.onward is None:
                continue
            if node.label in {"", jump.label}:
                lo.goto(jump.out if node.kind == "break" else jump.onward or 0)
                break
    lo.cur = lo.node()


_HANDLERS: dict[type, Callable[..., None]] = {
    ast.Block: _block,
    ast.ExprStmt: _expr,
    ast.Send: _send,
    ast.Assign: _assign,
    ast.VarDecl: _var,
    ast.Go: _go,
    ast.Defer: _defer,
    ast.Return: _return,
    ast.If: _if,
    ast.Switch: _switch,
    ast.TypeSwitch: _type_switch,
    ast.Select: selects.select,
    ast.For: loops.for_loop,
    ast.Range: loops.range_loop,
    ast.Labeled: _labeled,
    ast.Branch: _branch,
}
