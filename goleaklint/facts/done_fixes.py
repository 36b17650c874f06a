"""The fix of a WaitGroup's Done that some path of its function leaves out: `defer wg.Done()` first thing in the body.

The calls that were there go. That is safe where nothing came after them that now comes before.
"""

from __future__ import annotations

from goleaklint.facts.functions import Function
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.rewrites import first_in, without
from goleaklint.golang import ast
from goleaklint.golang.source import SourceFile
from goleaklint.golang.walk import descend
from goleaklint.model import Edit, Fix


def always_done(facts: PackageFacts, file: SourceFile, done: ast.Node) -> Fix | None:
    """The fix for the function that calls Done at `done`; None where not every path calls it once at most."""
    decl = next((one for one in facts.all_funcs() if one.file is file and one.at <= done.at < one.end), None)
    if decl is None:
        return None
    known = bindings(facts, decl)
    up = parents(known)
    call = done.call if isinstance(done, ast.Defer) else done.x if isinstance(done, ast.ExprStmt) else done
    if not isinstance(call, ast.Call) or not isinstance(call.fun, ast.Selector) or call.fun.name != "Done":
        return None
    function, group = up.function(call), call.fun.x
    if function.role != "go" and function.parent is not None:
        return None
    if not _is_from_outside(known, function, group):
        return None
    stmts = _calls(known, function, file.text(group))
    if not stmts or any(isinstance(node, ast.Labeled) for node in function.own()):
        return None
    paths = Paths(known, function)
    points = [paths.point_of[stmt] for stmt in stmts if stmt in paths.point_of]
    if len(points) < len(stmts) or not _can_miss(paths, points):
        return None
    if any(paths.leads(one, other) for one in points for other in points):
        return None  # more than one on a path, or one in a loop
    text = f"defer {file.text(call).decode('utf-8', 'replace')}"
    edits: list[Edit | None] = [first_in(file, function.body, text), *(without(file, stmt) for stmt in stmts)]
    made = [edit for edit in edits if edit is not None]
    if len(made) < len(edits):
        return None
    others = [node for node in function.own() if isinstance(node, ast.Defer) and node not in stmts]
    return Fix(tuple(made), not others and all(map(_is_last, points)), f"add {text}")


def _is_from_outside(known: Bindings, function: Function, group: ast.Expr) -> bool:
    """Whether the WaitGroup is there, and the same one, when the function starts."""
    for node in descend(group):
        if not isinstance(node, ast.Name | ast.Selector):
            return False
        if not isinstance(node, ast.Name):
            continue
        var = known.var(node)
        if var is None:
            continue
        if function.body.at <= var.at < function.body.end or any(
            function.body.at <= store.at < function.body.end for store in var.stores
        ):
            return False
    return True


def _calls(known: Bindings, function: Function, group: bytes) -> list[ast.Stmt]:
    """The statements of the function that call Done; none when it does anything else with the WaitGroup."""
    up = parents(known)
    found: list[ast.Stmt] = []
    for node in descend(function.body):
        if not isinstance(node, ast.Name | ast.Selector) or known.file.text(node) != group:
            continue
        outer = up.of(node)
        call = up.of(outer) if isinstance(outer, ast.Selector) and outer.name == "Done" else None
        stmt = up.of(call) if isinstance(call, ast.Call) else None
        if not isinstance(stmt, ast.ExprStmt | ast.Defer) or up.function(stmt) is not function:
            return []
        found.append(stmt)
    return found


def _can_miss(paths: Paths, points: list[Point]) -> bool:
    """Whether a way leads from the start to the end without any of the points."""
    seen = {paths.entry}
    stack = [paths.entry]
    while stack:
        point = stack.pop()
        if point in points:
            continue
        if point.kind == "return":
            return True
        for target, _ in point.next:
            if target not in seen:
                seen.add(target)
                stack.append(target)
    return False


def _is_last(point: Point) -> bool:
    """Whether nothing is done after a call but to return; a deferred call is last in any case."""
    if isinstance(point.node, ast.Defer):
        return True
    return all(
        target.kind == "return" and (not isinstance(target.node, ast.Return) or not target.node.values)
        for target, _ in point.next
    )
