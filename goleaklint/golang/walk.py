"""Walks over the syntax tree that no one node type owns."""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.golang import ast


def children(node: ast.Node) -> Iterator[ast.Node]:
    """The direct children of a node, in source order of its fields."""
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if isinstance(value, ast.Node):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, ast.Node))


def descend(node: ast.Node, *, into_literals: bool = True) -> Iterator[ast.Node]:
    """The node and everything below it, outermost first; function literals below it are entered only if asked."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        if not into_literals and isinstance(current, ast.FuncLit) and current is not node:
            continue
        stack.extend(reversed(list(children(current))))


def contains(node: ast.Node, *kinds: type[ast.Node]) -> bool:
    """Whether a node of one of these types is in the tree."""
    return any(isinstance(found, kinds) for found in descend(node))
