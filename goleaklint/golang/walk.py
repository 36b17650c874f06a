"""Walks over the syntax tree that no one node type owns."""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.golang import ast

_PLAIN = frozenset(
    [
        "at",
        "end",
        "name",
        "name_at",
        "package",
        "direction",
        "embedded",
        "variadic",
        "kind",
        "text",
        "spread",
        "op",
        "define",
        "default",
        "fallthrough",
        "const",
        "label",
    ]
)
"""Fields that hold no nodes (a Selector's name, a Literal's text)."""
_FIELDS: dict[type, tuple[str, ...]] = {}
_BACKWARDS: dict[type, tuple[str, ...]] = {}


def _fields(kind: type[ast.Node]) -> tuple[str, ...]:
    """The names of the fields that hold nodes."""
    names = _FIELDS[kind] = tuple(name for name in kind.__struct_fields__ if name not in _PLAIN)
    _BACKWARDS[kind] = names[::-1]
    return names


def children(node: ast.Node) -> list[ast.Node]:
    """The direct children of a node, in source order of its fields."""
    kind = type(node)
    found: list[ast.Node] = []
    for name in _FIELDS.get(kind) or _fields(kind):
        value = getattr(node, name)
        if type(value) is list:
            found += value
        elif value is not None:
            found.append(value)
    return found


def descend(node: ast.Node, *, into_literals: bool = True) -> Iterator[ast.Node]:
    """The node and everything below it, outermost first; function literals below it are entered only if asked."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        kind = type(current)
        if kind is ast.FuncLit and not into_literals and current is not node:
            continue
        names = _BACKWARDS.get(kind)
        if names is None:
            names = _fields(kind)[::-1]
        for name in names:  # as `children` has it, without a list for each node: this is the hottest loop there is
            value = getattr(current, name)
            if type(value) is list:
                stack += value[::-1]
            elif value is not None:
                stack.append(value)


def contains(node: ast.Node, *kinds: type[ast.Node]) -> bool:
    """Whether a node of one of these types is in the tree."""
    return any(isinstance(found, kinds) for found in descend(node))
