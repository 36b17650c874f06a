"""The functions that a field of function type may hold, where every value that it is given is in view."""

from __future__ import annotations

import re
from typing import NamedTuple

from goleaklint.facts.lock_names import Path, Place, place_of
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.golang.walk import descend

MOST = 3
"""Functions that one field may hold; more are a table."""


class Value(NamedTuple):
    """One function that a field is given, with the path of the object that has the field, in the same names."""

    known: Bindings
    expr: ast.Expr
    owner: Path | None


def function_field(known: Bindings, fun: ast.Expr) -> Place | None:
    """The field of function type of a struct of the package that is called."""
    if not isinstance(fun, ast.Selector) or known.imported(fun.x):
        return None
    found = known.facts.field(known.type_of(fun.x), fun.name)
    under = known.facts.underlying(found[0]) if found is not None else None
    if under is None or not isinstance(under.node, ast.FuncType):
        return None
    place = place_of(known, fun)
    return place if place.kind else None


def values(facts: PackageFacts, place: Place) -> list[Value]:
    """What a field may hold, worked out once; nothing when some value is not in view, or when there are many."""
    key = ("function field", place.kind)
    if key not in facts.memo:
        facts.memo[key] = _values(facts, place.kind)
    found = facts.memo[key]
    assert isinstance(found, list)
    return found


def _values(facts: PackageFacts, kind: str) -> list[Value]:
    owner, _, name = kind.rpartition(".")
    if owner not in facts.types or (name[:1].isupper() and facts.unit.package != "main"):
        return []
    given = re.compile(
        rf"\b(?:{re.escape(name)}\b\s*[:=,]|&[\w.]*\.{re.escape(name)}\b|{re.escape(owner)}\{{)".encode()
    )
    found: list[Value] = []
    for decl in facts.all_funcs():
        if decl.body is None or decl.file.is_test or not given.search(decl.text):
            continue
        known = bindings(facts, decl)
        for node in descend(decl.body):
            more = _given(known, node, owner, name)
            if more is None:
                return []
            found += more
    literal = re.compile(rf"\b{re.escape(owner)}\{{".encode())
    if any(literal.search(file.data, value.at, value.end) for file in facts.unit.files for value in file.values):
        return []
    return found if len(found) <= MOST else []


def _given(known: Bindings, node: ast.Node, owner: str, name: str) -> list[Value] | None:
    """What a statement or literal gives the field; None when that cannot be told."""
    match node:
        case ast.Assign(left=left, right=right):
            targets = [(at, target) for at, target in enumerate(left) if _is_field(known, target, owner, name)]
            if targets and len(left) != len(right):
                return None
            return [
                Value(known, right[at], place_of(known, target.x).path)
                for at, target in targets
                if isinstance(target, ast.Selector) and not _is_nil(right[at])
            ]
        case ast.Unary(op="&", x=inner) if _is_field(known, inner, owner, name):
            return None
        case ast.Composite(type=ast.TypeName(package="", name=written)) if written == owner:
            return _in_literal(known, node, name)
    return []


def _is_field(known: Bindings, node: ast.Expr, owner: str, name: str) -> bool:
    return isinstance(node, ast.Selector) and node.name == name and place_of(known, node).kind == f"{owner}.{name}"


def _is_nil(node: ast.Expr) -> bool:
    return isinstance(node, ast.Name) and node.name == "nil"


def _in_literal(known: Bindings, node: ast.Composite, name: str) -> list[Value] | None:
    if any(element.key is None for element in node.elements):
        return None
    return [
        Value(known, element.value, None)
        for element in node.elements
        if isinstance(element.key, ast.Name) and element.key.name == name and not _is_nil(element.value)
    ]


def seen_from(path: Path | None, value: Value, called: Path | None) -> Path | None:
    """A path of where the field is set, in the names of where it is called: over the object that has the field."""
    if path is None or isinstance(path[0], str):
        return path
    if called is None or value.owner is None:
        return None
    owner, base = value.owner, called[:-1]
    for size in range(len(owner), 0, -1):
        rest = owner[size:]
        if path[:size] == owner[:size] and len(base) > len(rest) and base[len(base) - len(rest) :] == rest:
            return (*base[: len(base) - len(rest)], *path[size:])
    return None
