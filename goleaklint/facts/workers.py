"""Goroutines that work for a value: the statements that start them, and the waits that they cannot get past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from goleaklint.facts.events import GO, Event, event_of
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend
from goleaklint.model import Span

_DEEP = 3  # calls followed to the go statement, and from it to the wait
STARTERS = frozenset({"(sync.WaitGroup).Go", "(golang.org/x/sync/errgroup.Group).Go"})


@dataclass(frozen=True, eq=False)
class Spawn:
    """A go statement that works for a value, with its body and what the value is called in there."""

    known: Bindings
    node: ast.Node
    body: Function
    body_known: Bindings
    inside: Var


@dataclass(slots=True)
class Life:
    """The waits that a body cannot get past, and whether there is another way out of it."""

    events: list[tuple[Event, Span]] = field(default_factory=list)
    ends_otherwise: bool = False


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
    if known.api(call) in STARTERS and call.args:
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
    """`go v.run()`, `go run(v)`, `go func() { v.x }()`, and `wg.Go(v.run)`, where the method is the argument."""
    fun = call.fun if isinstance(call, ast.Call) else call
    if isinstance(fun, ast.FuncLit):
        body = next((one for one in known.functions if one.node is fun), None)
        if body is None or not any(fun.at <= read.at < fun.end for read in var.reads):
            return None
        return Spawn(known, node, body, known, var)
    if isinstance(fun, ast.Name) and isinstance(call, ast.Call):
        return _spawn_of_function(known, node, call, var)
    if not isinstance(call, ast.Call):
        call = ast.Call(at=call.at, end=call.end, fun=fun)
    callee = _method_on(known, call, var)
    if callee is None:
        return None
    inner = bindings(known.facts, callee)
    receiver = receiver_of(inner)
    return Spawn(known, node, inner.functions[0], inner, receiver) if receiver is not None else None


def _spawn_of_function(known: Bindings, node: ast.Node, call: ast.Call, var: Var) -> Spawn | None:
    callee = known.callee(call)
    place = next((index for index, arg in enumerate(call.args) if known.var(arg) is var), None)
    if callee is None or callee.body is None or place is None:
        return None
    inner = bindings(known.facts, callee)
    params = inner.functions[0].params
    return Spawn(known, node, inner.functions[0], inner, params[place]) if place < len(params) else None


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


def life_of(known: Bindings, body: Function, inside: Var, spawn: Spawn, depth: int = 0) -> Life:
    """Walks the body and stops at each wait that only an event of the value ends."""
    life = Life()

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
        below = life_of(inner, inner.functions[0], receiver, spawn, depth + 1)
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
