"""Owners: values whose goroutine ends by nothing but a method of theirs.

A constructor gives an owner when it starts a goroutine that works for the value it returns, when each way out of that
goroutine leads through a wait that only code of the package can end (a channel field that it closes, a context whose
cancel function is a field), and when the value goes nowhere else. A method that starts such a goroutine makes an owner
of its receiver. Whatever is not in view makes no owner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from goleaklint.facts import apis
from goleaklint.facts.events import Event, Key
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.references import around_in, mention_in, mentions
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.sharing import goes_elsewhere, made_by_call
from goleaklint.facts.types import Ty, canonical
from goleaklint.facts.workers import Spawn, life_of, made_here, receiver_of, spawns
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend
from goleaklint.model import Span

_DEEP = 3


@dataclass(frozen=True, eq=False)
class Owner:
    """What is known of a value: its type and package, where its goroutine starts and waits, and who can end it.

    `closers` are functions and methods of the package, by name and with their receiver's type in `enders`; `fields` are
    those by which they do it, `asked` their types; `given` are parameters of the constructor (by index) whose end is
    the goroutine's end, too; `result` says which result it is.
    """

    home: PackageFacts
    ty: Ty
    created: Span
    waits: Span
    closers: frozenset[str]
    enders: frozenset[tuple[str, str]]
    fields: frozenset[str]
    asked: frozenset[str]
    given: frozenset[int]
    result: int = 0


def direct(facts: PackageFacts, decl: FuncDecl) -> Owner | None:
    """The owner that a function makes, starts and returns, None when it does not or when that is not in view."""
    return _remembered(facts, decl, _direct)


def _remembered(
    facts: PackageFacts, decl: FuncDecl, work: Callable[[PackageFacts, FuncDecl], Owner | None]
) -> Owner | None:
    """What is worked out once for a function; None while that is under way."""
    key = (work, decl)
    if key not in facts.memo:
        facts.memo[key] = None
        facts.memo[key] = work(facts, decl)
    found = facts.memo[key]
    assert found is None or isinstance(found, Owner)
    return found


def _direct(facts: PackageFacts, decl: FuncDecl) -> Owner | None:
    if decl.body is None or not decl.type.results or decl.file.is_test:
        return None
    known = bindings(facts, decl)
    for var in (*made_here(known), *made_by_call(known)):
        places = [(read, place) for read in var.reads if (place := returned_at(known, read)) is not None]
        if not places or len({place for _, place in places}) > 1:
            continue
        for stmt, spawn in spawns(known, var):
            if not _is_unconditional(known, stmt) or any(read.at < stmt.at for read, _ in places):
                continue
            owner = owner_of(known, var, spawn, places[0][1])
            if owner is not None:
                return owner
    return None


def started(facts: PackageFacts, decl: FuncDecl) -> Owner | None:
    """The owner that a method makes of its receiver: it starts the goroutine, and comes back at once."""
    return _remembered(facts, decl, _started)


def _started(facts: PackageFacts, decl: FuncDecl) -> Owner | None:
    if decl.body is None or decl.file.is_test:
        return None
    known = bindings(facts, decl)
    receiver = receiver_of(known)
    if receiver is None or _may_stay(known):
        return None
    for stmt, spawn in spawns(known, receiver):
        early = any(isinstance(node, ast.Return) and node.at < stmt.at for node in known.functions[0].own())
        owner = owner_of(known, receiver, spawn) if not early and _is_unconditional(known, stmt) else None
        if owner is not None:
            return owner
    return None


def _may_stay(known: Bindings) -> bool:
    """Whether a function waits itself: `go s.loop(); return s.serve()` is over when the work is."""
    for node in known.functions[0].own():
        if isinstance(node, ast.Select | ast.Send) or (isinstance(node, ast.Unary) and node.op == "<-"):
            return True
        if isinstance(node, ast.Call) and isinstance(node.fun, ast.Selector) and node.fun.name in _STAYING:
            return True
    return False


_STAYING = frozenset({"Wait", "Serve", "ListenAndServe", "Run", "run", "Accept"})


def _is_unconditional(known: Bindings, stmt: ast.Stmt) -> bool:
    """Whether a statement runs in every call that comes so far: at the top, or in the loop that starts the workers."""
    top = known.functions[0].body.body
    return stmt in top or any(isinstance(loop, ast.For | ast.Range) and stmt in loop.body.body for loop in top)


def returned_at(known: Bindings, read: ast.Name) -> int | None:
    """Which result of its function a mention of a variable is: `return nil, &v`."""
    around = around_in(known, read)
    inner: ast.Node = read
    for outer in reversed(around):
        if isinstance(outer, ast.Return):
            return next((index for index, value in enumerate(outer.values) if value is inner), None)
        if not isinstance(outer, ast.Unary) or outer.op != "&":
            return None
        inner = outer
    return None


def owner_of(known: Bindings, var: Var, spawn: Spawn, result: int = 0) -> Owner | None:
    """What ends the goroutine of a value that is made in this declaration, None when something else may."""
    facts, decl = known.facts, known.decl
    if goes_elsewhere(known, var, 0):
        return None
    life = life_of(spawn.body_known, spawn.body, spawn.inside, spawn)
    if life.ends_otherwise or not life.events:
        return None
    fields = {key for event, _ in life.events for key in event.fields}
    enders = _closers(facts, decl, fields, [event for event, _ in life.events])
    closers = frozenset(name for _, name in enders)
    if not closers or _calls_one(spawn.body_known, spawn.body, closers, 0):
        return None
    given: set[int] = set()
    for event, _ in life.events:
        for given_var in event.given:
            index = _index_of_param(known, given_var)
            if index is None:
                return None
            given.add(index)
    ty = known.type_of_var(var)
    if ty is None:
        return None
    return Owner(
        home=facts,
        ty=ty,
        created=spawn.known.head(spawn.node),
        waits=life.events[0][1],
        closers=closers,
        enders=enders,
        fields=frozenset(key[1] for key in fields),
        asked=frozenset(key[0] for key in fields),
        given=frozenset(given),
        result=result,
    )


def _index_of_param(known: Bindings, var: Var) -> int | None:
    params = known.functions[0].params[1 if known.decl.recv is not None else 0 :]
    return next((index for index, param in enumerate(params) if param is var), None)


def _closers(
    facts: PackageFacts, constructor: FuncDecl, fields: set[Key], events: list[Event]
) -> frozenset[tuple[str, str]]:
    """The functions of the package that lead to a release, by any number of calls."""
    return leading_to(facts, [decl for event in events for decl in event.releasers], constructor)


def leading_to(facts: PackageFacts, releasers: list[FuncDecl], constructor: FuncDecl) -> frozenset[tuple[str, str]]:
    """These functions and all that call them, by receiver type and name; the constructor is none of them."""
    found = [decl for decl in releasers if decl is not constructor]
    waiting = list(found)
    while waiting:
        decl = waiting.pop()
        for reference in mentions(facts, decl.name):
            if reference.known is None or reference.known.decl is constructor:
                continue
            if mention_in(facts, decl, reference) and reference.known.decl not in found:
                found.append(reference.known.decl)
                waiting.append(reference.known.decl)
    return frozenset((decl.recv_type, decl.name) for decl in found)


def _calls_one(known: Bindings, body: Function, closers: frozenset[str], depth: int) -> bool:
    """Whether the goroutine may end itself."""
    for node in descend(body.body):
        if isinstance(node, ast.Call) and isinstance(node.fun, ast.Name | ast.Selector):
            if node.fun.name in closers and not (
                isinstance(node.fun, ast.Selector)
                and canonical(known.type_of(node.fun.x)) in ("sync.WaitGroup", "time.Ticker", "time.Timer")
            ):
                return True
            callee = known.callee(node)
            if callee is not None and callee is not known.decl and depth < _DEEP and callee.body is not None:
                inner = bindings(known.facts, callee)
                if _calls_one(inner, inner.functions[0], closers, depth + 1):
                    return True
    return False


def is_root_context(known: Bindings, expr: ast.Expr | None) -> bool:
    """Whether a context never ends: Background or TODO, perhaps by way of a variable, with values or not."""
    for _ in range(_DEEP):
        var = known.var(expr)
        if var is not None and len(var.stores) == 1 and var.index == 0 and var.value is not None:
            expr = var.value
        elif isinstance(expr, ast.Call) and known.api(expr) == "context.WithValue" and expr.args:
            expr = expr.args[0]
    return isinstance(expr, ast.Call) and known.api(expr) in apis.ROOT_CONTEXTS
