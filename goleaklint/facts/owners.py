"""Owners: values whose goroutine ends by nothing but a method of theirs.

A constructor gives an owner when it starts a goroutine that works for the value it returns, when each way out of that
goroutine leads through a wait that only code of the package can end (a channel field that it closes, a context whose
cancel function is a field), and when the value goes nowhere else. Whatever is not in view makes no owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from goleaklint.facts import apis
from goleaklint.facts.events import GO, Event, Key, event_of
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.references import around_in, mention_in, mentions
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import canonical
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend
from goleaklint.model import Span

_DEEP = 3  # calls followed to the go statement, and from it to the wait
_STARTERS = frozenset({"(sync.WaitGroup).Go"})


@dataclass(frozen=True, eq=False)
class Spawn:
    """A go statement that works for a value, with its body and what the value is called in there."""

    known: Bindings
    node: ast.Node
    body: Function
    body_known: Bindings
    inside: Var


@dataclass(frozen=True, eq=False)
class Owner:
    """What is known of a value: its type, where its goroutine starts and waits, and who can end it.

    `closers` are names of functions and methods of the package; `given` are parameters of the constructor (by index)
    whose end is the goroutine's end, too.
    """

    type: str
    created: Span
    waits: Span
    closers: frozenset[str]
    fields: frozenset[str]
    given: frozenset[int]


@dataclass(slots=True)
class _Life:
    """The waits that a body cannot get past, and whether there is another way out of it."""

    events: list[tuple[Event, Span]] = field(default_factory=list)
    ends_otherwise: bool = False


def constructed(facts: PackageFacts, decl: FuncDecl) -> Owner | None:
    """The owner that a function returns, None when it returns none or when that is not in view."""
    key = ("owner", decl)
    if key not in facts.memo:
        facts.memo[key] = None
        facts.memo[key] = _constructed(facts, decl)
    found = facts.memo[key]
    assert found is None or isinstance(found, Owner)
    return found


def _constructed(facts: PackageFacts, decl: FuncDecl) -> Owner | None:
    if decl.body is None or not decl.type.results or decl.file.is_test:
        return None
    known = bindings(facts, decl)
    for var in made_here(known):
        returned = [read for read in var.reads if _is_returned(known, read)]
        if not returned:
            continue
        for stmt, spawn in spawns(known, var):
            if not _is_unconditional(known, stmt):
                continue
            owner = owner_of(known, var, spawn)
            if owner is not None:
                return owner
    return None


def _is_unconditional(known: Bindings, stmt: ast.Stmt) -> bool:
    """Whether a statement runs in every call that comes so far: at the top, or in the loop that starts the workers."""
    top = known.functions[0].body.body
    return stmt in top or any(isinstance(loop, ast.For | ast.Range) and stmt in loop.body.body for loop in top)


def made_here(known: Bindings) -> Iterator[Var]:
    """The variables of a declaration's own body that hold a struct of the package which is made there."""
    top = known.functions[0]
    for node in top.own():
        if isinstance(node, ast.Assign | ast.VarDecl):
            for name in node.left if isinstance(node, ast.Assign) else node.names:
                var = known.var(name)
                if var is None or var.at != name.at or var.kind != "local" or len(var.stores) != 1 or var.ranged:
                    continue
                value = var.value.x if isinstance(var.value, ast.Unary) and var.value.op == "&" else var.value
                is_new = isinstance(value, ast.Call) and isinstance(value.fun, ast.Name) and value.fun.name == "new"
                if (isinstance(value, ast.Composite) or is_new) and known.facts.struct(known.type_of_var(var)):
                    yield var


def _is_returned(known: Bindings, read: ast.Name) -> bool:
    around = around_in(known, read)
    outer = around[-1] if around else None
    return isinstance(outer, ast.Return) or (isinstance(outer, ast.Unary) and isinstance(around[-2], ast.Return))


def spawns(known: Bindings, var: Var, depth: int = 0) -> Iterator[tuple[ast.Stmt, Spawn]]:
    """The statements of the function of `var` that start a goroutine for it: `go v.run()`, `v.start()`."""
    for node in var.function.own():
        if isinstance(node, ast.Go):
            spawn = _spawn(known, node, node.call, var)
            if spawn is not None:
                yield node, spawn
        elif isinstance(node, ast.ExprStmt) and isinstance(node.x, ast.Call):
            yield from ((node, spawn) for spawn in _started_by(known, node.x, var, depth))
        elif isinstance(node, ast.If) and isinstance(node.init, ast.Assign):
            for call in node.init.right:
                if isinstance(call, ast.Call):
                    yield from ((node, spawn) for spawn in _started_by(known, call, var, depth))


def _started_by(known: Bindings, call: ast.Call, var: Var, depth: int) -> Iterator[Spawn]:
    if known.api(call) in _STARTERS and call.args:
        spawn = _spawn(known, call, call.args[0], var)
        if spawn is not None:
            yield spawn
        return
    callee = _method_on(known, call, var)
    if callee is None or depth >= _DEEP or not GO.search(callee.text):
        return
    inner = bindings(known.facts, callee)
    receiver = receiver_of(inner)
    if receiver is None:
        return
    top = inner.functions[0].body.body
    for stmt, spawn in spawns(inner, receiver, depth + 1):
        early = any(isinstance(node, ast.Return) and node.at < stmt.at for node in inner.functions[0].own())
        if stmt in top and not early:
            yield spawn


def _spawn(known: Bindings, node: ast.Node, call: ast.Expr, var: Var) -> Spawn | None:
    fun = call.fun if isinstance(call, ast.Call) else call
    if isinstance(fun, ast.FuncLit):
        body = next((one for one in known.functions if one.node is fun), None)
        if body is None or not any(fun.at <= read.at < fun.end for read in var.reads):
            return None
        return Spawn(known, node, body, known, var)
    callee = _method_on(known, call, var) if isinstance(call, ast.Call) else None
    if callee is None or callee.body is None:
        return None
    inner = bindings(known.facts, callee)
    receiver = receiver_of(inner)
    return Spawn(known, node, inner.functions[0], inner, receiver) if receiver is not None else None


def _method_on(known: Bindings, call: ast.Call, var: Var, *, parts: bool = False) -> FuncDecl | None:
    """The method that is called on a value; with `parts` also on a struct that the function makes for itself."""
    fun = call.fun
    if not isinstance(fun, ast.Selector):
        return None
    base = known.var(fun.x)
    if base is var or (parts and base is not None and any(base is made for made in made_here(known))):
        callee = known.callee(call)
        return callee if callee is not None and callee.recv is not None and callee.body is not None else None
    return None


def receiver_of(known: Bindings) -> Var | None:
    """The receiver's variable, None when it has no name."""
    params = known.functions[0].params if known.functions else []
    return params[0] if known.decl.recv is not None and params and params[0].name not in ("", "_") else None


def owner_of(known: Bindings, var: Var, spawn: Spawn) -> Owner | None:
    """What ends the goroutine of a value that is made in this declaration, None when something else may."""
    facts, decl = known.facts, known.decl
    if goes_elsewhere(known, var, 0):
        return None
    life = _life(spawn.body_known, spawn.body, spawn.inside, spawn, 0)
    if life.ends_otherwise or not life.events:
        return None
    fields = {key for event, _ in life.events for key in event.fields}
    closers = _closers(facts, decl, fields, [event for event, _ in life.events])
    if not closers or _calls_one(spawn.body_known, spawn.body, closers, 0):
        return None
    given: set[int] = set()
    for event, _ in life.events:
        for given_var in event.given:
            index = _index_of_param(known, given_var)
            if index is None:
                return None
            given.add(index)
    return Owner(
        type=canonical(known.type_of_var(var)),
        created=spawn.known.head(spawn.node),
        waits=life.events[0][1],
        closers=closers,
        fields=frozenset(key[1] for key in fields),
        given=frozenset(given),
    )


def _index_of_param(known: Bindings, var: Var) -> int | None:
    params = known.functions[0].params[1 if known.decl.recv is not None else 0 :]
    return next((index for index, param in enumerate(params) if param is var), None)


def _life(known: Bindings, body: Function, inside: Var, spawn: Spawn, depth: int) -> _Life:
    """Walks the body and stops at each wait that only an event of the value ends."""
    life = _Life()

    def event(expr: ast.Expr) -> Event | None:
        return event_of(known, inside, expr, (spawn.known, spawn.node))

    def is_endless(node: ast.Range) -> bool:
        over = known.facts.underlying(known.type_of(node.x))
        if over is None or not isinstance(over.node, ast.ChanType):
            return False
        found = event(node.x)
        if found is not None:
            life.events.append((found.by_closing(), known.file.span(node.at, node.x.end)))
        return found is not None

    def stays(call: ast.Call) -> bool:
        callee = _method_on(known, call, inside, parts=True) if depth < _DEEP else None
        if callee is None or callee is known.decl:
            return False
        inner = bindings(known.facts, callee)
        receiver = receiver_of(inner)
        if receiver is None:
            return False
        below = _life(inner, inner.functions[0], receiver, spawn, depth + 1)
        if not below.events or below.ends_otherwise:
            return False
        life.events.extend(below.events)
        return True

    paths = Paths(known, body, endless=is_endless, stays=stays)
    seen: set[Point] = {paths.entry}
    stack = [paths.entry]
    closed: set[Var] = set()
    while stack:
        point = stack.pop()
        if point.kind in ("return", "dies", "fails", "blocks"):
            life.ends_otherwise = True
            return life
        received = _received(point)
        found = event(received) if received is not None else None
        if found is not None and received is not None:
            ok = _ok_of(known, point)
            if ok is None and not found.is_queue:
                life.events.append((found, known.head(point.node) if point.node is not None else known.head(received)))
                continue
            if ok is not None and found.closing:
                closed.add(ok)
                life.events.append((found.by_closing(), known.head(point.node or received)))
        tests = known.var(point.node) if isinstance(point.node, ast.Name) else None
        for target, fact in point.next:
            if tests is not None and tests in closed and fact is not None and not fact[1]:
                continue
            if target not in seen:
                seen.add(target)
                stack.append(target)
    return life


def _received(point: Point) -> ast.Expr | None:
    """The channel that a statement receives from."""
    for part in point.parts:
        for node in descend(part, into_literals=False):
            if isinstance(node, ast.Go | ast.Defer):
                break
            if isinstance(node, ast.Unary) and node.op == "<-":
                return node.x
    return None


def _ok_of(known: Bindings, point: Point) -> Var | None:
    """`v, ok := <-c`: the variable that tells whether the channel is closed."""
    node = point.node
    if isinstance(node, ast.Assign) and len(node.left) == 2 and len(node.right) == 1:
        return known.var(node.left[1])
    return None


def goes_elsewhere(known: Bindings, var: Var, depth: int = 0, into: Var | None = None) -> bool:
    """Whether a value that is made, or received as `var`, is handed to anybody but its own methods and its caller."""
    for read in var.reads:
        around = around_in(known, read)
        outer = around[-1] if around else None
        if isinstance(outer, ast.Return) or (isinstance(outer, ast.Binary) and outer.op in ("==", "!=")):
            continue
        if isinstance(outer, ast.Selector):
            call = around[-2] if len(around) > 1 else None
            if not isinstance(call, ast.Call) or call.fun is not outer:
                if known.facts.field(known.type_of_var(var), outer.name) is None:
                    return True  # a method value, or what is not in view
                continue
            callee = known.callee(call)
            if callee is None:
                if known.facts.field(known.type_of_var(var), outer.name) is None and not _is_promoted(
                    known, var, outer
                ):
                    return True
                continue
            inner = bindings(known.facts, callee)
            receiver = receiver_of(inner)
            if depth < _DEEP and receiver is not None and goes_elsewhere(inner, receiver, depth + 1):
                return True
            continue
        if isinstance(outer, ast.Element) and _is_stored_below(known, var, around, depth):
            continue
        if into is not None and isinstance(outer, ast.Call) and _is_appended(known, into, around):
            continue
        if (
            isinstance(outer, ast.Unary)
            and outer.op in ("*", "&")
            and isinstance(around[-2], ast.Return | ast.Selector)
        ):
            continue
        return True
    return False


def _is_promoted(known: Bindings, var: Var, fun: ast.Selector) -> bool:
    """`v.Lock()`, `v.Add(1)` of an embedded sync type."""
    kinds = ("mutex", "rwmutex", "wg", "once", "cond")
    return known.facts.embedded_primitive(known.type_of_var(var), kinds) is not None and fun.name in (
        "Lock", "Unlock", "RLock", "RUnlock", "Add", "Done", "Wait", "Do"
    )  # fmt: skip


def _is_stored_below(known: Bindings, var: Var, around: tuple[ast.Node, ...], depth: int) -> bool:
    """`v.child = &child{parent: v}`: the value comes to know itself, and nobody else does."""
    for node in reversed(around):
        if isinstance(node, ast.Assign):
            if all(isinstance(t, ast.Selector) and known.var(t.x) is var for t in node.left):
                return True
            part = known.var(node.left[0]) if len(node.left) == 1 else None
            is_new = part is not None and part.kind == "local" and len(part.stores) == 1
            return is_new and part is not None and depth < _DEEP and not goes_elsewhere(known, part, depth + 1, var)
        if not isinstance(node, ast.Element | ast.Composite | ast.Unary):
            return False
    return False


def _is_appended(known: Bindings, into: Var, around: tuple[ast.Node, ...]) -> bool:
    """`v.parts = append(v.parts, part)`."""
    call, outer = around[-1], around[-2] if len(around) > 1 else None
    if not isinstance(call, ast.Call) or not isinstance(call.fun, ast.Name) or call.fun.name != "append":
        return False
    return isinstance(outer, ast.Assign) and all(
        isinstance(target, ast.Selector) and known.var(target.x) is into for target in outer.left
    )


def _closers(facts: PackageFacts, constructor: FuncDecl, fields: set[Key], events: list[Event]) -> frozenset[str]:
    """Names of the functions of the package that lead to a release, by any number of calls."""
    found = [decl for event in events for decl in event.releasers if decl is not constructor]
    names = {decl.name for decl in found}
    waiting = list(found)
    while waiting:
        decl = waiting.pop()
        for reference in mentions(facts, decl.name):
            if reference.known is None or reference.known.decl is constructor:
                continue
            if mention_in(facts, decl, reference) and reference.known.decl not in found:
                found.append(reference.known.decl)
                names.add(reference.known.decl.name)
                waiting.append(reference.known.decl)
    return frozenset(names)


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
