"""What unknown code may reach: primitives that escape are silent, for anyone may signal, close or receive from them."""

from __future__ import annotations

from goleaklint.explore.scopes import Heap
from goleaklint.explore.values import (
    Cancel,
    Cell,
    Choice,
    Closure,
    Context,
    Locker,
    Method,
    Obj,
    Prim,
    Tuple,
    Unknown,
    Value,
)
from goleaklint.facts.package import PackageFacts
from goleaklint.golang import ast
from goleaklint.golang.walk import descend


def spread(facts: PackageFacts, heap: Heap) -> None:
    """Mark everything that the escaped values of a heap lead to."""
    seen: set[int] = set()
    stack: list[Value] = list(heap.escapes)
    while stack:
        value = stack.pop()
        if value is None or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Prim):
            if not value.escaped:
                value.escaped = True
                heap.changed = True
            stack += [value.lock, value.context, value.elements.value if value.elements is not None else None]
        elif isinstance(value, Obj):
            if not value.escaped:
                value.escaped = True
                heap.changed = True
            stack += [cell.value for cell in value.fields.values()]
        elif isinstance(value, Closure):
            stack.append(value.receiver)
            stack += _captured(facts, heap, value)
        elif isinstance(value, Choice):
            stack += value.options
        elif isinstance(value, Tuple):
            stack += value.items
        elif isinstance(value, Method):
            stack.append(value.receiver)
        elif isinstance(value, Cancel):
            stack.append(value.context)
        elif isinstance(value, Locker):
            stack.append(value.lock)
        elif isinstance(value, Context):
            continue  # who holds a context cannot end it


def _captured(facts: PackageFacts, heap: Heap, closure: Closure) -> list[Value]:
    """The values of the variables that an escaped literal mentions; those that it assigns are unknown from now on."""
    if closure.literal is None or closure.env is None:
        return []
    found: list[Value] = []
    for name, assigned in captured_names(facts, closure.literal).items():
        cell = closure.env.find(name)
        if cell is None:
            continue
        found.append(cell.value)
        if assigned:
            _make_unknown(heap, cell)
    return found


def _make_unknown(heap: Heap, cell: Cell) -> None:
    heap.store(cell, Unknown(cell.ty))


def first_captures(facts: PackageFacts, body: ast.Node) -> dict[str, int]:
    """Where a name is first mentioned in a function literal inside a body."""
    key = ("captures", body)
    known = facts.memo.get(key)
    if isinstance(known, dict):
        return known
    found: dict[str, int] = {}
    for node in descend(body):
        if isinstance(node, ast.FuncLit):
            for name in captured_names(facts, node):
                found[name] = min(found.get(name, node.at), node.at)
    facts.memo[key] = found
    return found


def captured_names(facts: PackageFacts, literal: ast.FuncLit) -> dict[str, bool]:
    """The identifiers that a literal mentions, and whether it assigns them with `=`."""
    key = ("captured", literal)
    known = facts.memo.get(key)
    if isinstance(known, dict):
        return known
    names: dict[str, bool] = {}
    for node in descend(literal.body):
        if isinstance(node, ast.Name):
            names.setdefault(node.name, False)
        elif isinstance(node, ast.Assign) and node.op != ":=":
            for target in node.left:
                if isinstance(target, ast.Name):
                    names[target.name] = True
    facts.memo[key] = names
    return names
