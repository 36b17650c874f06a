"""Which rules are on: selected, ignored, in preview, and per file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from goleaklint.catalog import Catalog, CatalogError
from goleaklint.config import Config
from goleaklint.filters import select
from goleaklint.model import Rule, Severity


def rule(code: str, name: str, *, preview: bool = False) -> Rule:
    return Rule(code=code, name=name, severity=Severity.WARNING, since="0.1.0", preview=preview)


CATALOG = Catalog([rule("GLK101", "one"), rule("GLK102", "two"), rule("GLK103", "new", preview=True)], dict)


@pytest.mark.parametrize(
    ("chosen", "on"),
    [
        ({}, {"GLK101", "GLK102"}),
        ({"preview": True}, {"GLK101", "GLK102", "GLK103"}),
        ({"select": ("two",)}, {"GLK102"}),
        ({"select": ("glk101", "TWO")}, {"GLK101", "GLK102"}),
        ({"ignore": ("GLK101",)}, {"GLK102"}),
        ({"select": ("one", "two"), "ignore": ("two",)}, {"GLK101"}),
        ({"select": ("new",), "preview": True}, {"GLK103"}),
    ],
)
def test_codes_on(chosen: dict[str, Any], on: set[str]) -> None:
    """Codes and names are the same thing, in any case; `ignore` wins over `select`."""
    assert select.codes_on(CATALOG, Config(**chosen)) == on


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"select": ("GLK01",)}, "unknown rule GLK01; did you mean GLK101?"),
        ({"ignore": ("tow",)}, "unknown rule tow; did you mean two?"),
        ({"ignore": ("zzz",)}, "unknown rule zzz"),
        ({"select": ("new",)}, "GLK103 new is in preview: it needs --preview"),
    ],
)
def test_bad_words(chosen: dict[str, Any], message: str) -> None:
    """A word that names no rule is an error that says what was meant."""
    with pytest.raises(CatalogError) as error:
        select.codes_on(CATALOG, Config(**chosen))
    assert str(error.value) == message


def test_per_file_ignores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patterns are gitignore's, and speak of paths below the configuration file, wherever the program is run."""
    monkeypatch.chdir(tmp_path)
    config = Config(base=tmp_path.as_posix(), per_file_ignores={"*_test.go": ("one",), "/gen/": ("GLK101", "two")})
    codes = select.codes_in_files(CATALOG, config)
    expected = {
        "a.go": {"GLK101", "GLK102"},
        "x/a_test.go": {"GLK102"},
        "gen/a.go": set(),
        "x/gen/a.go": {"GLK101", "GLK102"},
    }
    assert {path: codes(path) for path in expected} == expected
    (tmp_path / "gen").mkdir()
    monkeypatch.chdir(tmp_path / "gen")
    assert codes("a.go") == set()
