"""Types across the packages of a module: where `resolve` stops at an import, the imported package is asked."""

from __future__ import annotations

from typing import NamedTuple

from goleaklint.facts.module import module_with
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.types import Ty, bare, canonical
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl

_DEEP = 6


class Typed(NamedTuple):
    """A type with the package that declares it: `facts` is None when that is not of the module, "" a literal's name."""

    facts: PackageFacts | None
    path: str
    name: str
    ty: Ty


def typed(known: Bindings, expr: ast.Expr | None, depth: int = 0) -> Typed | None:
    """The type of an expression, None when the module does not say."""
    if expr is None or depth > _DEEP:
        return None
    here = known.type_of(expr)
    if here is not None:
        return placed(known.facts, here)
    match expr:
        case ast.Name():
            var = known.var(expr)
            if var is None or var.ranged:
                return None
            if isinstance(var.value, ast.Call):
                return result(known, var.value, var.index, depth + 1)
            return typed(known, var.value, depth + 1) if var.index == 0 else None
        case ast.Unary(op="&" | "*"):
            return typed(known, expr.x, depth + 1)
        case ast.Call():
            return result(known, expr, 0, depth + 1)
        case ast.Selector():
            owner = typed(known, expr.x, depth + 1)
            if owner is None or owner.facts is None:
                return None
            found = owner.facts.field(owner.ty, expr.name)
            return placed(owner.facts, found[0]) if found is not None else None
    return None


def result(known: Bindings, call: ast.Call, index: int, depth: int = 0) -> Typed | None:
    """The type of a result of a call."""
    found = callee(known, call, depth)
    if found is None:
        here = known.result_of(call, index)
        return placed(known.facts, here) if here is not None else None
    facts, decl = found
    results = decl.type.results
    if decl.type_params or index >= len(results):
        return None
    return placed(facts, Ty(results[index].type, decl.file))


def callee(known: Bindings, call: ast.Call, depth: int = 0) -> tuple[PackageFacts, FuncDecl] | None:
    """The function of the module that is called, and its package."""
    own = known.callee(call)
    if own is not None:
        return known.facts, own
    fun = call.fun.x if isinstance(call.fun, ast.Index) else call.fun
    if not isinstance(fun, ast.Selector):
        return None
    path = known.imported(fun.x)
    if path:
        module = module_with(known.facts, path)
        facts = module.package(path) if module is not None else None
        decl = facts.funcs.get(fun.name) if facts is not None else None
        return (facts, decl) if facts is not None and decl is not None else None
    owner = typed(known, fun.x, depth + 1)
    if owner is None or owner.facts is None or owner.facts is known.facts:
        return None
    method = owner.facts.method(owner.ty, fun.name)
    return (owner.facts, method[0]) if method is not None else None


def placed(facts: PackageFacts, ty: Ty) -> Typed:
    """A type that is written in a file of `facts`, with the package that its name belongs to."""
    inner = bare(ty)
    node = inner.node
    if not isinstance(node, ast.TypeName):
        return Typed(facts, facts.unit.import_path, "", ty)
    if not node.package:
        return Typed(facts, facts.unit.import_path, node.name, ty)
    path = canonical(inner).rpartition(".")[0]
    module = module_with(facts, path)
    there = module.package(path) if module is not None else None
    decl = there.types.get(node.name) if there is not None else None
    if there is None or decl is None:
        return Typed(None, path, node.name, ty)
    return Typed(there, path, node.name, Ty(ast.TypeName(at=node.at, end=node.end, name=node.name), decl.file))
