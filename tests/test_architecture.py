"""The layers of pyproject.toml hold, and libraries are imported only where STYLE says."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def imports(folder: Path) -> Iterator[tuple[str, str]]:
    """(file, imported module) for every import below `folder`."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path.relative_to(ROOT).as_posix(), alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield path.relative_to(ROOT).as_posix(), node.module or ""


def test_layers() -> None:
    """import-linter's contracts are kept."""
    script = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([script, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("library", "folders"),
    [
        ("tree_sitter", ("goleaklint/golang/",)),
        ("tree_sitter_go", ("goleaklint/golang/",)),
        ("click", ("goleaklint/cli/",)),
        ("pygls", ("goleaklint/lsp/",)),
        ("lsprotocol", ("goleaklint/lsp/",)),
        ("rich", ("goleaklint/cli/", "goleaklint/report/")),
    ],
)
def test_libraries_are_imported_in_their_places(library: str, folders: tuple[str, ...]) -> None:
    """A rule sees facts, not syntax nodes; only the command line and the reports print."""
    found = [*imports(ROOT / "goleaklint"), *imports(ROOT / "rules")]
    strays = [
        (path, module) for path, module in found if module.split(".")[0] == library and not path.startswith(folders)
    ]
    assert strays == []


def test_rules_know_no_other_rule() -> None:
    """A rule file stands alone: it may be copied into a user's folder."""
    assert [(path, module) for path, module in imports(ROOT / "rules") if module.split(".")[0] == "rules"] == []


def test_formats_do_not_import_each_other() -> None:
    """A format is one module; what two of them need is about the source, not about a format."""
    formats = {f"goleaklint.report.{path.stem}" for path in (ROOT / "goleaklint/report").glob("*.py")}
    shared = {
        f"goleaklint.report.{name}"
        for name in (
            "__init__",
            "coloring",
            "document",
            "excerpt",
            "formats",
            "line_hash",
            "markup",
            "sources",
            "gates",
        )
    }
    assert [item for item in imports(ROOT / "goleaklint/report") if item[1] in formats - shared] == []


def test_no_catch_all_modules() -> None:
    """A helper lives with the noun that it is about."""
    names = {path.stem for path in (ROOT / "goleaklint").rglob("*.py")}
    assert names & {"utils", "util", "common", "helpers", "helper", "manager", "misc"} == set()


def test_modules_are_small() -> None:
    """No module above 500 lines."""
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for folder in ("goleaklint", "rules")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert long == {}
