"""Go snippets as trees, and trees as one line of text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from goleaklint.golang import ast
from goleaklint.golang.source import parse_file

Show = Callable[[object], str]
Snippet = Callable[[str], str]


def shown(value: object) -> str:
    """`Type(field=value)` without places and without fields that have their default; a name is just its text."""
    if isinstance(value, list):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    if isinstance(value, ast.Name):
        return value.name
    if isinstance(value, ast.Literal):
        return value.text
    if isinstance(value, ast.ExprStmt):
        return shown(value.x)
    if isinstance(value, ast.TypeName):
        name = f"{value.package}.{value.name}" if value.package else value.name
        return f"<{name}{shown(value.args) if value.args else ''}>"
    if not isinstance(value, ast.Node):
        return repr(value)
    fields = []
    for name in value.__struct_fields__:
        item = getattr(value, name)
        if name in ("at", "end", "name_at") or item in (None, [], False, ""):
            continue
        fields.append(f"{name}={shown(item)}")
    return f"{type(value).__name__}({', '.join(fields)})"


@pytest.fixture
def show() -> Show:
    return shown


@pytest.fixture
def statements() -> Snippet:
    """The body of a function that holds the given statements."""

    def read(code: str) -> str:
        file = parse_file("a.go", f"package p\nfunc f() {{\n{code}\n}}\n".encode())
        assert file.errors == []
        body = file.funcs[0].body
        assert body is not None
        return ", ".join(shown(stmt) for stmt in body.body)

    return read


@pytest.fixture
def declared_type() -> Snippet:
    """A type as it is declared."""

    def read(code: str) -> str:
        file = parse_file("a.go", f"package p\ntype T {code}\n".encode())
        assert file.errors == []
        return shown(file.types[0].type)

    return read
