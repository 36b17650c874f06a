"""Who could wake a goroutine: the operations on the same channel, lock, WaitGroup or condition that the package has.

A local value is followed through the function, through parameters and arguments, and into the field that it is stored
in; a field through the whole package. What is not followed (another package, a map, a channel of channels) is not
shown: an empty list says that none is known, not that there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from goleaklint.correlate.functions import Function, Package
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.sites import site
from goleaklint.dump.account import How, Site
from goleaklint.facts.functions import Var
from goleaklint.facts.parents import parents
from goleaklint.facts.references import mentions
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.spawns import calls_of
from goleaklint.facts.types import canonical
from goleaklint.golang import ast

MOST = 20
_DEEP = 4  # variables, calls and fields followed one after the other

_RECEIVES = {"receive": "receives from it"}
_FEEDS = {"send": "sends on it", "close": "closes it"}
_LOCKS = {"Unlock": "unlocks it", "RUnlock": "unlocks it", "Lock": "locks it", "RLock": "locks it"}
# What a method waits for: the partner's operations, and what is said of each.
_METHODS = {
    "Lock": _LOCKS,
    "RLock": _LOCKS,
    "Wait": {
        "Done": "counts it down",
        "Go": "starts what counts it down",
        "Signal": "signals it",
        "Broadcast": "signals all who wait",
    },
}


class _Operation(NamedTuple):
    known: Bindings
    node: ast.Node
    kind: str


def partners(block: Site, repository: Repository) -> tuple[Site, ...]:
    """The operations that can go with the one at a place, as places; `note` says what each does."""
    package = repository.package_of(block.span.path)
    found: dict[tuple[str, int], Site] = {}
    for function, node in _at(package, block):
        decl = package.declaration(function)
        if decl is None:
            continue
        known = bindings(package.facts(function.file), decl)
        for expr, wanted in _waits_for(node):
            for operation in _Search(wanted).of(known, expr, 0):
                if operation.node is not node:
                    place = _place(package, operation, wanted[operation.kind])
                    found.setdefault((place.span.path, place.span.line), place)
    return tuple(sorted(found.values(), key=lambda place: place.span))[:MOST]


def _at(package: Package, block: Site) -> Iterator[tuple[Function, ast.Node]]:
    """The nodes that have exactly the place's span."""
    for function in package.functions(block.span.path):
        if function.holds(block.span.line):
            yield from ((function, node) for node in function.own_nodes() if function.file.span(node) == block.span)


def _waits_for(node: ast.Node) -> Iterator[tuple[ast.Expr, dict[str, str]]]:
    """What a goroutine waits on at a node, and the operations that can end it."""
    match node:
        case ast.Send(channel=channel):
            yield channel, _RECEIVES
        case ast.Unary(op="<-", x=channel) | ast.Range(x=channel):
            yield channel, _FEEDS
        case ast.Select(cases=cases):
            for case in cases:
                match case.comm:
                    case ast.Send() | ast.ExprStmt(x=ast.Unary()) | ast.Assign(right=[ast.Unary()]):
                        yield from _waits_for(_operation(case.comm))
        case ast.Call(fun=ast.Selector(x=value, name=name)) if name in _METHODS:
            yield value, _METHODS[name]


def _operation(comm: ast.Node) -> ast.Node:
    if isinstance(comm, ast.ExprStmt):
        return comm.x
    return comm.right[0] if isinstance(comm, ast.Assign) else comm


class _Search:
    """One walk over everything that holds the value; nothing is entered twice."""

    def __init__(self, wanted: dict[str, str]) -> None:
        self._wanted = wanted
        self._seen: set[object] = set()

    def of(self, known: Bindings, expr: ast.Expr, depth: int) -> Iterator[_Operation]:
        """The operations on the value of an expression."""
        if depth > _DEEP:
            return
        var = known.var(expr)
        if var is not None:
            yield from self._variable(known, var, depth)
        elif isinstance(expr, ast.Selector):
            yield from self._field(known, expr, depth)
        elif isinstance(expr, ast.Name):
            yield from self._global(known, expr.name, depth)
        elif isinstance(expr, ast.Unary) and expr.op in "&*":
            yield from self.of(known, expr.x, depth)

    def _is_new(self, key: object) -> bool:
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def _variable(self, known: Bindings, var: Var, depth: int) -> Iterator[_Operation]:
        if not self._is_new(id(var)):
            return
        for read in var.reads:
            yield from self._use(known, read, depth)
        if var.kind == "param":
            yield from self._arguments(known, var, depth)
        for store in var.stores:
            match parents(known).of(store):
                case ast.Assign(left=left, right=right) if len(left) == len(right):
                    yield from self.of(known, right[left.index(store)], depth + 1)
                case ast.VarDecl(names=names, values=values) if len(names) == len(values):
                    yield from self.of(known, values[names.index(store)], depth + 1)

    def _arguments(self, known: Bindings, var: Var, depth: int) -> Iterator[_Operation]:
        """What callers give for a parameter; of a literal, what it is called or started with there and then."""
        literal = var.function.node
        if literal is not None:
            call = parents(known).of(literal)
            if isinstance(call, ast.Call) and call.fun is literal and var in var.function.params:
                yield from self._argument(known, call, var.function.params.index(var), depth)
            return
        params = known.functions[0].params[known.decl.recv is not None :]
        if var not in params:
            return
        for caller, call in calls_of(known.facts, known.decl):
            yield from self._argument(caller, call, params.index(var), depth)

    def _argument(self, known: Bindings, call: ast.Call, place: int, depth: int) -> Iterator[_Operation]:
        if place < len(call.args):
            yield from self.of(known, call.args[place], depth + 1)

    def _field(self, known: Bindings, expr: ast.Selector, depth: int) -> Iterator[_Operation]:
        owner = canonical(known.type_of(expr.x))
        if not owner or not self._is_new((owner, expr.name)):
            return
        for reference in mentions(known.facts, expr.name, elements=True):
            node, there = reference.node, reference.known
            if there is None:
                continue
            if isinstance(node, ast.Selector) and canonical(there.type_of(node.x)) == owner:
                yield from self._use(there, node, depth)
            elif isinstance(node, ast.Element) and isinstance(node.value, ast.Name):
                around = reference.around[-1] if reference.around else None
                if isinstance(around, ast.Composite) and canonical(there.type_of(around)) == owner:
                    yield from self.of(there, node.value, depth + 1)

    def _global(self, known: Bindings, name: str, depth: int) -> Iterator[_Operation]:
        if name not in known.facts.values or not self._is_new(("", name)):
            return
        for reference in mentions(known.facts, name):
            there = reference.known
            if there is not None and isinstance(reference.node, ast.Name) and there.var(reference.node) is None:
                yield from self._use(there, reference.node, depth)

    def _use(self, known: Bindings, node: ast.Name | ast.Selector, depth: int) -> Iterator[_Operation]:
        around = parents(known).of(node)
        match around:
            case ast.Unary(op="<-") | ast.Range(x=ast.Name() | ast.Selector()):
                yield from self._found(known, around, "receive")
            case ast.Send(channel=channel) if channel is node:
                yield from self._found(known, around, "send")
            case ast.Call(fun=ast.Name(name="close")):
                yield from self._found(known, around, "close")
            case ast.Unary(op="&"):
                outer = parents(known).of(around)
                if isinstance(outer, ast.Call):
                    yield from self._passed(known, outer, around, depth)
            case ast.Call(args=args) if node in args:
                yield from self._passed(known, around, node, depth)
            case ast.Selector(name=name):
                outer = parents(known).of(around)
                if isinstance(outer, ast.Call) and outer.fun is around:
                    yield from self._found(known, outer, name)
            case ast.Assign(left=left, right=right) if node in right and len(left) == len(right):
                target = left[right.index(node)]
                yield from self.of(known, target, depth + 1)
            case ast.Element(value=value) if value is node:
                yield from self._stored(known, around, depth)

    def _found(self, known: Bindings, node: ast.Node, kind: str) -> Iterator[_Operation]:
        if kind in self._wanted:
            yield _Operation(known, node, kind)

    def _passed(self, known: Bindings, call: ast.Call, argument: ast.Expr, depth: int) -> Iterator[_Operation]:
        """Given to a function in view, or to a literal that is called or started there and then."""
        place = next((at for at, each in enumerate(call.args) if each is argument), -1)
        if isinstance(call.fun, ast.FuncLit):
            function = next((each for each in known.functions if each.node is call.fun), None)
            params, inside = (function.params if function is not None else []), known
        else:
            callee = known.callee(call)
            if callee is None or callee.body is None:
                return
            inside = bindings(known.facts, callee)
            params = inside.functions[0].params[callee.recv is not None :]
        if 0 <= place < len(params) and depth < _DEEP:
            yield from self._variable(inside, params[place], depth + 1)

    def _stored(self, known: Bindings, element: ast.Element, depth: int) -> Iterator[_Operation]:
        """`&feed{out: ch}`: the field holds it from then on."""
        composite = parents(known).of(element)
        if isinstance(composite, ast.Composite) and isinstance(element.key, ast.Name):
            field = ast.Selector(at=element.at, end=element.end, x=composite, name=element.key.name, name_at=element.at)
            yield from self._field(known, field, depth + 1)


def _place(package: Package, operation: _Operation, note: str) -> Site:
    file = operation.known.file
    line = file.position(operation.node.at)[0]
    function = package.around(file.path, line)
    if function is None:  # not of this package's files: cannot be, for facts are of it alone
        function = Function(file, operation.known.decl.local_name, operation.node.at, operation.node.end, None)
    return site(package, function, operation.node, How.LINE, line, note)
