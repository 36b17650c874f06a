"""A dump with no Go source beside it."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from goleaklint.correlate.account import correlate
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.sourceless import has_source, unplaced
from goleaklint.dump.formats import read_text

DUMPS = sorted((Path(__file__).parents[2] / "testdata" / "dumps").glob("*.txt"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("main.go", True),
        ("a/b/main.go", True),
        ("a/go.mod", True),
        ("go.work", True),
        ("README.md", False),
        ("vendor/x/x.go", False),
        ("node_modules/x/x.go", False),
        (".git/x.go", False),
        ("_old/x.go", False),
        ("notes.golden", False),
    ],
)
def test_has_source(name: str, expected: bool, tmp_path: Path) -> None:
    """A Go file or a module below, but for what is not the checkout's own."""
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    assert has_source(str(tmp_path)) is expected


def test_a_module_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory without Go of a module: frames of the module can still be placed."""
    (tmp_path / "go.mod").write_text("module example.com/app\n")
    docs = tmp_path / "docs"
    docs.mkdir()
    monkeypatch.chdir(docs)
    assert has_source(".")


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: path.stem)
def test_the_same_as_with_everything_loaded(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said without looking is what looking would find."""
    monkeypatch.chdir(tmp_path)
    dump = read_text(io.BytesIO(path.read_bytes()), path.name)
    for root in (".", "./", str(tmp_path) + os.sep):
        assert unplaced([dump], root) == correlate([dump], Repository(root), lambda _: ((), ()))
