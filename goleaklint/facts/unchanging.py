"""Conditions that nothing can change: a bool variable or unexported field that the package never writes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.facts.functions import Var
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.types import bare, canonical
from goleaklint.golang import ast
from goleaklint.golang.walk import descend


def reachable(paths: Paths) -> Iterator[Point]:
    """Every point that control can reach, where a condition that nothing can change has its one way on."""
    seen = {paths.entry}
    stack = [paths.entry]
    while stack:
        point = stack.pop()
        yield point
        value = unchanging(paths.known, point.node) if any(fact is not None for _, fact in point.next) else None
        for target, fact in point.next:
            if target not in seen and (value is None or fact is None or fact[1] == value):
                seen.add(target)
                stack.append(target)


def unchanging(known: Bindings, cond: ast.Node | None) -> bool | None:
    """What `done`, `!s.done` always is, None where somebody may change it or where it is not known."""
    if isinstance(cond, ast.Unary) and cond.op == "!":
        value = unchanging(known, cond.x)
        return None if value is None else not value
    if isinstance(cond, ast.Name):
        var = known.var(cond)
        return _of_variable(known, var) if var is not None else None
    if isinstance(cond, ast.Selector) and not known.imported(cond.x):
        return False if _is_never_set(known, cond) else None
    return None


def _of_variable(known: Bindings, var: Var) -> bool | None:
    """The value that a local variable is declared with, when that is all that it is ever given."""
    if var.kind != "local" or len(var.stores) != 1 or var.ranged or var.index:
        return None
    body = known.decl.body
    if body is None or any(
        isinstance(node, ast.Unary) and node.op == "&" and known.var(node.x) is var for node in descend(body)
    ):
        return None
    if var.value is None:
        return False if var.type is not None and canonical(var.type) == "bool" else None
    is_constant = isinstance(var.value, ast.Name) and var.value.name in ("true", "false")
    return var.value.name == "true" if is_constant and isinstance(var.value, ast.Name) else None


def _is_never_set(known: Bindings, field: ast.Selector) -> bool:
    """Whether a bool field keeps its zero value: it is unexported, and no text of the package can give it another."""
    if not field.name[:1].islower():
        return False
    found = known.facts.field(known.type_of(field.x), field.name)
    if found is None or not isinstance(bare(found[0]).node, ast.TypeName) or canonical(found[0]) != "bool":
        return False
    key = ("never set", found[1], field.name)
    if key not in known.facts.memo:
        known.facts.memo[key] = not _may_be_set(known.facts, found[1], field.name)
    return known.facts.memo[key] is True


def _may_be_set(facts: PackageFacts, owner: str, name: str) -> bool:
    """By the text: assigned, its address taken, named in a literal, or set by a literal that names no fields."""
    word = re.escape(name.encode())
    writes = re.compile(
        rb"\." + word + rb"\b\s*(?:,[^\n=:]*)?(?:[-+*/%|&^]?=[^=]|\+\+|--)"
        rb"|,\s*[\w.]+\." + word + rb"\b[^\n=]*=[^=]"
        rb"|&\(?[\w.\[\]]+\." + word + rb"\b"
        rb"|\b" + word + rb"\s*:[^=]"
    )
    literal = re.compile(rb"\b" + re.escape(owner.encode()) + rb"\{\s*[^\s}]") if owner else None
    for file in facts.unit.files:
        if writes.search(file.data):
            return True
        if literal is not None and any(
            b":" not in file.data[match.end() - 1 : file.data.find(b"}", match.end())]
            for match in literal.finditer(file.data)
        ):
            return True
    return owner not in facts.types
