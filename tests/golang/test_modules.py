"""go.mod decides import paths and language versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from goleaklint.golang.modules import Module, Modules, parse_go_mod


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("module a.b/c\n\ngo 1.22\n", ("a.b/c", (1, 22))),
        ('// module no\nmodule "a.b/c" // yes\ngo 1.23rc1\ntoolchain go1.25.0\n', ("a.b/c", (1, 23))),
        ("module (\n\t`a.b/c`\n)\r\ngo 1.9.2\r\n", ("a.b/c", (1, 9))),
        ("module a\nrequire x v1.2.3\n", ("a", (1, 16))),
        ("", ("", (1, 16))),
    ],
)
def test_go_mod(text: str, expected: tuple[str, tuple[int, int]]) -> None:
    """Path and version; a missing go line means 1.16."""
    assert parse_go_mod(text, "/r") == Module("/r", *expected)


def test_directories(tmp_path: Path) -> None:
    """The nearest go.mod governs; the standard library has no prefix; vendored code has its own path."""
    for directory in (
        "m/a/b",
        "m/vendor/x.y/z",
        "m/n/d",
        "std/net/http",
        "gopath/src/q.r/s",
        "gopath/src/q.r/vendor/t",
    ):
        (tmp_path / directory).mkdir(parents=True)
    (tmp_path / "m/go.mod").write_text("module ex/m\ngo 1.25\n")
    (tmp_path / "m/n/go.mod").write_text("module ex/m/n/v2\n")
    (tmp_path / "std/go.mod").write_text("module std\ngo 1.26\n")
    modules = Modules()
    found = {
        directory: (modules.import_path(str(tmp_path / directory)), modules.go_version(str(tmp_path / directory)))
        for directory in ("m", "m/a/b", "m/vendor/x.y/z", "m/n/d", "std/net/http", "gopath/src/q.r/vendor/t")
    }
    assert found == {
        "m": ("ex/m", (1, 25)),
        "m/a/b": ("ex/m/a/b", (1, 25)),
        "m/vendor/x.y/z": ("x.y/z", (1, 25)),
        "m/n/d": ("ex/m/n/v2/d", (1, 16)),
        "std/net/http": ("net/http", (1, 26)),
        "gopath/src/q.r/vendor/t": ("t", (1, 99)),
    }


def test_no_module_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory as given, so that two packages have two paths."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x/y").mkdir(parents=True)
    modules = Modules()
    assert (modules.import_path("x/y"), modules.import_path("."), modules.module("x")) == ("x/y", tmp_path.name, None)
