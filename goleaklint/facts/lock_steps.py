"""The steps of a function that concern locks, in the order in which Go evaluates them, for each point of its paths."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import NamedTuple

from goleaklint.facts.functions import Function, Var
from goleaklint.facts.lock_effects import Effect, Event, Site
from goleaklint.facts.lock_names import Path, Place, lock_op, once_of, place_of
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast
from goleaklint.golang.walk import children, descend

CallEffect = Callable[[Function, ast.Call], Effect]
"""What a call does to locks, in the names of the function that makes it."""


class Step(NamedTuple):
    """One step; `kind` is "lock", "unlock", "try", "effect", "event", "assign", "flag" or "defer"."""

    kind: str
    site: Site
    place: Place | None = None
    mode: str = ""
    effect: Effect | None = None
    event: Event | None = None
    vars: tuple[Var, ...] = ()
    paths: tuple[Path, ...] = ()
    var: Var | None = None
    value: bool = False
    number: int = 0


class Steps:
    """The steps of one function by point; `deferred` what its defer statements run at the end, with their points."""

    def __init__(self, paths: Paths, call_effect: CallEffect, watched: Container[ast.Node] = ()) -> None:
        self.known: Bindings = paths.known
        self.function = paths.function
        self.call_effect = call_effect
        self.deferred: list[tuple[Point, list[Step]]] = []
        self._flags = _flags(self.known, self.function)
        self._of: dict[Point, list[Step]] = {}
        self._watched = watched
        self.is_empty = True
        self._point: Point
        for point in paths.reachable():
            self._point = point
            steps = list(self._steps(point))
            if steps:
                self._of[point] = steps
                self.is_empty = self.is_empty and all(step.kind in ("assign", "flag") for step in steps)

    def of(self, point: Point) -> list[Step]:
        """The steps of a point."""
        return self._of.get(point, [])

    def forget_effects(self) -> None:
        """Leave only what the function itself does: what its calls do is the most of it, and has been told."""
        self.deferred.clear()
        self._of = {
            point: own
            for point, steps in self._of.items()
            if (own := [step for step in steps if step.place is not None])
        }

    def _site(self, node: ast.Node) -> Site:
        return Site(self.known, node, self.function)

    def _steps(self, point: Point) -> Iterator[Step]:
        if isinstance(point.node, ast.Select | ast.Range):
            yield from self._wait(point.node)
        if isinstance(point.node, ast.Range) and point.parts != (point.node.x,):
            yield from self._assigned(point.node, list(point.parts))
            return
        for part in point.parts:
            yield from self._visit(part)

    def _visit(self, node: ast.Node) -> Iterator[Step]:
        match node:
            case ast.FuncLit():
                return
            case ast.Go():
                if isinstance(node.call, ast.Call):
                    for arg in node.call.args:
                        yield from self._visit(arg)
            case ast.Defer():
                yield from self._defer(node)
            case ast.Call():
                for child in (node.fun, *node.args):
                    yield from self._visit(child)
                yield from self._call(node)
                yield from self._wait(node)
            case ast.Assign():
                yield from self._assign(node)
            case ast.VarDecl():
                for value in node.values:
                    yield from self._visit(value)
                yield from self._assigned(node, list(node.names), node.values)
            case _:
                for below in children(node):
                    yield from self._visit(below)
                yield from self._wait(node)

    def _assign(self, node: ast.Assign) -> Iterator[Step]:
        for value in node.right:
            yield from self._visit(value)
        for target in node.left:
            if not isinstance(target, ast.Name):
                yield from self._visit(target)
        yield from self._assigned(node, list(node.left), node.right)

    def _assigned(
        self, node: ast.Node, targets: list[ast.Node], values: list[ast.Expr] | None = None
    ) -> Iterator[Step]:
        found = [self.known.var(target) for target in targets]
        variables = tuple(var for var in found if var is not None)
        paths = [place_of(self.known, t).path for t in targets if isinstance(t, ast.Selector)]
        yield Step("assign", self._site(node), vars=variables, paths=tuple(p for p in paths if p is not None))
        for var, value in zip(found, values or [], strict=False):
            if var in self._flags and isinstance(value, ast.Name):
                yield Step("flag", self._site(node), var=var, value=value.name == "true")
        if isinstance(node, ast.VarDecl) and not node.values:
            for var in variables:
                if var in self._flags:
                    yield Step("flag", self._site(node), var=var, value=False)

    def _call(self, call: ast.Call) -> Iterator[Step]:
        op = lock_op(self.known, call)
        if op is not None:
            yield Step(op.op, self._site(call), place=op.place, mode=op.mode)
            return
        once = once_of(self.known, call)
        if once is not None:
            yield Step("lock", self._site(call), place=once, mode="w")
        effect = self.call_effect(self.function, call)
        if effect:
            yield Step("effect", self._site(call), effect=effect)
        if once is not None:
            yield Step("unlock", self._site(call), place=once, mode="w")

    def _defer(self, node: ast.Defer) -> Iterator[Step]:
        if not isinstance(node.call, ast.Call):
            return
        for child in (node.call.fun, *node.call.args):
            yield from self._visit(child)
        steps = list(self._call(node.call))
        if steps:
            self.deferred.append((self._point, steps))
            yield Step("defer", self._site(node), number=len(self.deferred) - 1)

    def _wait(self, node: ast.Node) -> Iterator[Step]:
        """One of the places that are watched."""
        if node in self._watched:
            place = place_of(self.known, waited_for(node))
            if place.path is not None:
                site = self._site(node)
                yield Step("event", site, event=Event("wait", place, "", site))


def waited_for(node: ast.Node | None) -> ast.Expr:
    """The channel, WaitGroup or Cond of an operation; of a select that of its first case."""
    match node:
        case ast.Unary() | ast.Range() | ast.ExprStmt(x=ast.Unary()):
            return node.x if not isinstance(node, ast.ExprStmt) else waited_for(node.x)
        case ast.Send():
            return node.channel
        case ast.Call(fun=ast.Name(name="close"), args=[channel]):
            return channel
        case ast.Call(fun=ast.Selector() as method):
            return method.x
        case ast.Assign(right=[value]):
            return waited_for(value)
        case ast.Select(cases=[first, *_]):
            return waited_for(first.comm)
    return ast.Bad(at=0, end=0)


def _flags(known: Bindings, function: Function) -> set[Var]:
    """Local variables that are given nothing but `true` and `false`, by this function alone."""
    given: dict[Var, int] = {}
    if b"true" not in function.decl.text:
        return set()  # most have none, and a variable that is only ever false decides nothing
    for node in function.own():
        match node:
            case ast.Assign(left=left, right=right, op="=" | ":=") if len(left) == len(right):
                pairs = list(zip(left, right, strict=True))
            case ast.VarDecl(names=names, values=values) if len(names) == len(values):
                pairs = list(zip(names, values, strict=True))
            case ast.VarDecl(names=names, values=[], type=ast.TypeName(name="bool")):
                pairs = [(name, ast.Name(at=0, end=0, name="false")) for name in names]
            case _:
                continue
        for target, value in pairs:
            var = known.var(target)
            if var is not None and isinstance(value, ast.Name) and value.name in ("true", "false"):
                given[var] = given.get(var, 0) + 1
    return {var for var, count in given.items() if count == len(var.stores) and not _is_shared(known, function, var)}


def _is_shared(known: Bindings, function: Function, var: Var) -> bool:
    return any(
        isinstance(node, ast.Unary) and node.op == "&" and known.var(node.x) is var for node in descend(function.body)
    )
