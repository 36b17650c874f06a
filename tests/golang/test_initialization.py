"""How Go numbers the function literals of package variables: in the order of initialization."""

from __future__ import annotations

import pytest

from goleaklint.golang import ast
from goleaklint.golang.source import parse_file
from goleaklint.golang.units import number_inits
from goleaklint.golang.walk import descend


def names(*texts: str) -> dict[str, list[str]]:
    """The variables that hold literals, each with the names of its literals, as the values have them."""
    files = [
        parse_file(f"{letter}.go", f"package p\n\n{text}\n".encode())
        for letter, text in zip("abc", texts, strict=False)
    ]
    number_inits(files)
    return {
        value.names[0].name: [
            node.name for each in value.values for node in descend(each) if isinstance(node, ast.FuncLit)
        ]
        for file in files
        for value in file.values
        if not value.const and value.may_hold_literals
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("var a = func() {}\nvar b = func() { func() {}() }", {"a": ["func1"], "b": ["func2", "func2.1"]}),
        ("var a = func() { b() }\nvar b = func() {}", {"a": ["func2"], "b": ["func1"]}),
        (
            "var a = func() { c() }\nvar b = func() {}\nvar c = func() {}",
            {"a": ["func3"], "b": ["func1"], "c": ["func2"]},
        ),
        # Through a function, and through the only method of its name.
        ("var a = func() { f() }\nvar b = func() {}\nfunc f() { b() }", {"a": ["func2"], "b": ["func1"]}),
        ("var a = func() { t.m() }\nvar b = func() {}\nfunc (T) m() { b() }", {"a": ["func2"], "b": ["func1"]}),
        # Names that are the function's own, fields and keys are not the variable.
        ("var a = func(b int) { _ = b }\nvar b = func() {}", {"a": ["func1"], "b": ["func2"]}),
        ("var a = func() { b := 1; _ = b }\nvar b = func() {}", {"a": ["func1"], "b": ["func2"]}),
        ("var a = func() { x.b() }\nvar b = func() {}", {"a": ["func1"], "b": ["func2"]}),
        ("var a = T{b: func() {}}\nvar b = func() {}", {"a": ["func1"], "b": ["func2"]}),
        # A variable without literals that is used before its declaration.
        ("var a = func() { _ = n }\nvar b = func() {}\nvar n = 3", {"a": ["func2"], "b": ["func1"]}),
        # What Go refuses: a circle.
        ("var a = func() { b() }\nvar b = func() { a() }", {"a": ["func1"], "b": ["func2"]}),
        ('const a = "func"\nvar b, c = func() {}, func() {}', {"b": ["func1", "func2"]}),
        ("var _ = func() {}\nvar b = func() {}", {"_": ["func1"], "b": ["func2"]}),
    ],
)
def test_order(text: str, expected: dict[str, list[str]]) -> None:
    """What a variable uses comes before it; else the order of the source."""
    assert names(text) == expected


def test_files() -> None:
    """All files of a package are numbered together, also across their borders."""
    assert names("var a = func() { c() }", "var b = func() {}", "var c = func() {}") == {
        "a": ["func3"],
        "b": ["func1"],
        "c": ["func2"],
    }
