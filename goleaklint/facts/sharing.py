"""Whether a value is known to anybody but its own methods and the one who asked for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.facts import typed
from goleaklint.facts.events import is_closing
from goleaklint.facts.functions import Var
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.references import around_in
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.workers import STARTERS, made_here, receiver_of
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl

_DEEP = 3
_CLOSES = re.compile(rb"\bclose\(|[Cc]ancel|[Ss]top|[Ss]hutdown|\.[Cc]lose\b")


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
                if known.facts.field(known.type_of_var(var), outer.name) is None and not (
                    (isinstance(call, ast.Call) and known.api(call) in STARTERS) or _is_harmless(known, var, outer)
                ):
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
        if (
            isinstance(outer, ast.Call)
            and outer.fun is not read
            and _is_part_of_it(known, var, outer, read, around, depth)
        ):
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


def _is_harmless(known: Bindings, var: Var, selector: ast.Selector) -> bool:
    """`wg.Go(v.run)`, `Handler(v.serve)`: a method value that ends nothing by its name and by what it calls."""
    found = known.facts.method(known.type_of_var(var), selector.name)
    return found is not None and not is_closing(selector.name) and not _CLOSES.search(found[0].text)


def _is_part_of_it(
    known: Bindings, var: Var, call: ast.Call, arg: ast.Node, around: tuple[ast.Node, ...], depth: int
) -> bool:
    """`v.part = newPart(v)`, `setUp(v)`: a function of the package keeps it in nothing but what goes into the value."""
    callee = known.callee(call)
    place = next((index for index, one in enumerate(call.args) if one is arg), None)
    if callee is None or callee.body is None or place is None or depth >= _DEEP:
        return False
    outer = around[-2] if len(around) > 1 else None
    if callee.type.results and not isinstance(outer, ast.ExprStmt):
        targets = outer.left if isinstance(outer, ast.Assign) else []
        if not targets or not isinstance(targets[0], ast.Selector) or known.var(targets[0].x) is not var:
            return False
    inner = bindings(known.facts, callee)
    params = inner.functions[0].params
    place += callee.recv is not None
    return place < len(params) and not goes_elsewhere(inner, params[place], depth + 1)


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
            if all(isinstance(t, ast.Selector) and known.var(_base(t)) is var for t in node.left):
                return True
            part = known.var(node.left[0]) if len(node.left) == 1 else None
            is_new = part is not None and part.kind == "local" and len(part.stores) == 1
            return is_new and part is not None and depth < _DEEP and not goes_elsewhere(known, part, depth + 1, var)
        if not isinstance(node, ast.Element | ast.Composite | ast.Unary):
            return False
    return False


def _base(selector: ast.Expr) -> ast.Expr:
    while isinstance(selector, ast.Selector):
        selector = selector.x
    return selector


def _is_appended(known: Bindings, into: Var, around: tuple[ast.Node, ...]) -> bool:
    """`v.parts = append(v.parts, part)`."""
    call, outer = around[-1], around[-2] if len(around) > 1 else None
    if not isinstance(call, ast.Call) or not isinstance(call.fun, ast.Name) or call.fun.name != "append":
        return False
    return isinstance(outer, ast.Assign) and all(
        isinstance(target, ast.Selector) and known.var(target.x) is into for target in outer.left
    )


def is_fresh(known: Bindings, var: Var) -> bool:
    """Whether the value of a variable is one that is made for it alone."""
    if var.value is None:
        return var.type is not None and not isinstance(var.type.node, ast.PointerType)
    value = var.value.x if isinstance(var.value, ast.Unary) and var.value.op == "&" else var.value
    if isinstance(value, ast.Composite):
        return True
    if not isinstance(value, ast.Call):
        return False
    if isinstance(value.fun, ast.Name) and value.fun.name == "new" and known.var(value.fun) is None:
        return True
    found = typed.callee(known, value)
    return found is not None and _makes(*found, var.index)


def made_by_call(known: Bindings) -> Iterator[Var]:
    """The variables of a declaration's own body that hold a struct which a function of the package makes for them."""
    for node in known.functions[0].own():
        if not isinstance(node, ast.Assign) or len(node.right) != 1 or not isinstance(node.right[0], ast.Call):
            continue
        callee = known.callee(node.right[0])
        for index, name in enumerate(node.left):
            var = known.var(name)
            if callee is None or var is None or var.at != name.at or len(var.stores) != 1:
                continue
            if known.facts.struct(known.type_of_var(var)) and _makes(known.facts, callee, index):
                yield var


def _makes(facts: PackageFacts, decl: FuncDecl, index: int) -> bool:
    """Whether each value that a function returns is made by it, and kept by nobody."""
    if decl.body is None or decl.recv is not None:
        return False
    key = ("makes", decl, index)
    if key not in facts.memo:
        facts.memo[key] = False
        known = bindings(facts, decl)
        made = {var for var in made_here(known) if not goes_elsewhere(known, var)}
        returns = [node for node in known.functions[0].own() if isinstance(node, ast.Return)]
        values = [node.values[index] if index < len(node.values) else None for node in returns]
        facts.memo[key] = any(not _is_nil(value) for value in values) and all(
            _is_nil(value) or _is_made(known, value, made) for value in values
        )
    return facts.memo[key] is True


def _is_nil(value: ast.Expr | None) -> bool:
    return isinstance(value, ast.Name) and value.name == "nil"


def _is_made(known: Bindings, value: ast.Expr | None, made: set[Var]) -> bool:
    inner = value.x if isinstance(value, ast.Unary) and value.op == "&" else value
    return isinstance(inner, ast.Composite) or known.var(inner) in made
