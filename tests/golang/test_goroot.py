"""The grammar's every construct is known: no part of the standard library is a Bad."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from goleaklint.golang import ast
from goleaklint.golang.source import parse_file
from goleaklint.golang.walk import descend


def goroot() -> Path:
    if shutil.which("go") is None:
        pytest.skip("Go is not installed")
    root = Path(subprocess.check_output(["go", "env", "GOROOT"], text=True).strip()) / "src"
    if not root.is_dir():
        pytest.skip(f"{root} has no sources")
    return root


@pytest.mark.parametrize("package", ["net/http", "go/types", "runtime", "sync", "encoding/json"])
def test_the_standard_library_is_read_in_full(package: str) -> None:
    """Every file parses, every declaration converts, and every node lies inside its declaration."""
    wrong: list[tuple[str, int]] = []
    for path in sorted((goroot() / package).rglob("*.go")):
        file = parse_file(str(path), path.read_bytes())
        wrong += [(file.path, line) for line, _ in file.errors]
        for func in file.funcs:
            parts = [func.type, *([func.body] if func.body is not None else [])]
            wrong += [(file.path, file.position(node.at)[0]) for node in _bad(parts, func.at, func.end)]
        for decl in file.types:
            wrong += [(file.path, file.position(node.at)[0]) for node in _bad([decl.type], decl.at, decl.end)]
        for value in file.values:
            wrong += [(file.path, file.position(node.at)[0]) for node in _bad(value.values, value.at, value.end)]
    assert wrong == []


def _bad(roots: list[ast.Node] | list[ast.Expr] | list[ast.Type], at: int, end: int) -> list[ast.Node]:
    nodes = [node for root in roots for node in descend(root)]
    return [node for node in nodes if isinstance(node, ast.Bad) or not at <= node.at <= node.end <= end]
