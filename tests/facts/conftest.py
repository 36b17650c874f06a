"""Go source to bindings, for the tests of facts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang.discover import Options, discover
from goleaklint.golang.units import load

Bind = Callable[[str], Bindings]


@pytest.fixture
def bind(tmp_path: Path) -> Bind:
    """The bindings of function `f` of a file whose package clause and imports are `HEAD`."""

    def bind(source: str) -> Bindings:
        path = tmp_path / "a.go"
        path.write_text(HEAD + source)
        units, diagnostics, _ = load(discover([str(path)], Options()).packages[0])
        assert diagnostics == []
        facts = PackageFacts(units[0])
        decl = facts.funcs.get("f") or facts.methods_named["f"][0]
        return bindings(facts, decl)

    return bind


HEAD = """package p

import (
	"context"
	"database/sql"
	"log"
	web "net/http"
	"os"
	"os/exec"
	"time"
)

"""
