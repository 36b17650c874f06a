"""The steps of a function that concern locks, in the order in which Go evaluates them, for each point of its paths."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from goleaklint.facts.functions import Function, Var
from goleaklint.facts.lock_effects import Effect, Event, Site
from goleaklint.facts.lock_names import Path, Place, lock_op, place_of
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

    def __init__(self, paths: Paths, call_effect: CallEffect) -> None:
        self.known: Bindings = paths.known
        self.function = paths.function
        self.call_effect = call_effect
        self.deferred: list[tuple[Point, list[Step]]] = []
        self._flags = _flags(self.known, self.function)
        self._of: dict[Point, list[Step]] = {}
        self._comms = {
            case.comm
            for node in self.function.own()
            if isinstance(node, ast.Select)
            for case in node.cases
            if case.comm is not None
        }
        self.is_empty = True
        self._point: Point
        for point in paths.reachable():
            self._point = point
            steps = self._steps(point)
            if steps:
                self._of[point] = steps
                self.is_empty = self.is_empty and all(step.kind in ("assign", "flag") for step in steps)

    def of(self, point: Point) -> list[Step]:
        """The steps of a point."""
        return self._of.get(point, [])

    def _site(self, node: ast.Node) -> Site:
        return Site(self.known, node, self.function)

    def _steps(self, point: Point) -> list[Step]:
        out: list[Step] = []
        if isinstance(point.node, ast.Range) and point.parts != (point.node.x,):
            self._assigned(out, point.node, list(point.parts))
            return out
        for part in point.parts:
            self._visit(out, part)
        return out

    def _visit(self, out: list[Step], node: ast.Node) -> None:
        """Adds to `out`; a generator for each node would cost more than all that it does."""
        match node:
            case ast.Name() | ast.Literal() | ast.FuncLit():
                pass
            case ast.Selector():
                self._visit(out, node.x)
            case ast.Go():
                if isinstance(node.call, ast.Call):
                    for arg in node.call.args:
                        self._visit(out, arg)
            case ast.Defer():
                self._defer(out, node)
            case ast.Call():
                self._visit(out, node.fun)
                for arg in node.args:
                    self._visit(out, arg)
                self._call(out, node)
            case ast.Assign():
                self._assign(out, node)
            case ast.VarDecl():
                for value in node.values:
                    self._visit(out, value)
                self._assigned(out, node, list(node.names), node.values)
            case _:
                for below in children(node):
                    self._visit(out, below)
                self._wait(out, node)

    def _assign(self, out: list[Step], node: ast.Assign) -> None:
        for value in node.right:
            self._visit(out, value)
        for target in node.left:
            if not isinstance(target, ast.Name):
                self._visit(out, target)
        self._assigned(out, node, list(node.left), node.right)

    def _assigned(
        self, out: list[Step], node: ast.Node, targets: list[ast.Node], values: list[ast.Expr] | None = None
    ) -> None:
        found = [self.known.var(target) for target in targets]
        variables = tuple(var for var in found if var is not None)
        paths = [place_of(self.known, t).path for t in targets if isinstance(t, ast.Selector)]
        out.append(Step("assign", self._site(node), vars=variables, paths=tuple(p for p in paths if p is not None)))
        for var, value in zip(found, values or [], strict=False):
            if var in self._flags and isinstance(value, ast.Name):
                out.append(Step("flag", self._site(node), var=var, value=value.name == "true"))
        if isinstance(node, ast.VarDecl) and not node.values:
            out += [Step("flag", self._site(node), var=var, value=False) for var in variables if var in self._flags]

    def _call(self, out: list[Step], call: ast.Call) -> None:
        op = lock_op(self.known, call)
        if op is not None:
            out.append(Step(op.op, self._site(call), place=op.place, mode=op.mode))
            return
        effect = self.call_effect(self.function, call)
        if effect:
            out.append(Step("effect", self._site(call), effect=effect))

    def _defer(self, out: list[Step], node: ast.Defer) -> None:
        if not isinstance(node.call, ast.Call):
            return
        for child in (node.call.fun, *node.call.args):
            self._visit(out, child)
        steps: list[Step] = []
        self._call(steps, node.call)
        if steps:
            self.deferred.append((self._point, steps))
            out.append(Step("defer", self._site(node), number=len(self.deferred) - 1))

    def _wait(self, out: list[Step], node: ast.Node) -> None:
        """A receive that has no alternative."""
        if isinstance(node, ast.Unary) and node.op == "<-" and self._point.node not in self._comms:
            place = place_of(self.known, node.x)
            if place.path is not None:
                site = self._site(node)
                out.append(Step("event", site, event=Event("wait", place, "recv", site)))


def _flags(known: Bindings, function: Function) -> set[Var]:
    """Local variables that are given nothing but `true` and `false`, by this function alone."""
    given: dict[Var, int] = {}
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
