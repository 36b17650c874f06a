"""bench/compare.py reads the output of other tools, and knows which function a line is in."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script and its module of tools; what it leaves on sys.path goes with the test."""
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parent.parent / "bench"), *sys.path])
    return importlib.import_module("compare")


VET = """# example.com/a
{
	"example.com/a": {
		"lostcancel": [{"posn": "/t/a/a.go:7:2", "message": "the cancel function is not used"}],
		"printf": [{"posn": "/t/a/a.go:9:2", "message": "no leak"}]
	}
}
# example.com/b
{"example.com/b": {"copylocks": {"error": "not analysed"}}}
"""
STATICCHECK = """{"code":"SA2000","location":{"file":"/t/a/a.go","line":3,"column":1}}
{"code":"ST1000","location":{"file":"/t/a/a.go","line":1,"column":1}}
"""
GOLANGCI = """level=warning msg="something"
{"Issues":[{"FromLinter":"staticcheck","Text":"SA4011: a break","Pos":{"Filename":"a.go","Line":5}},\
{"FromLinter":"staticcheck","Text":"S1000: a select","Pos":{"Filename":"a.go","Line":6}},\
{"FromLinter":"bodyclose","Text":"response body must be closed","Pos":{"Filename":"a.go","Line":8}}]}
"""
SEMGREP = """{"results": [
{"check_id": "x.y.hanging-goroutine", "path": "a.go", "start": {"line": 2}, "end": {"line": 4}},
{"check_id": "x.y.other", "path": "a.go", "start": {"line": 2}, "end": {"line": 4}}]}"""


def test_the_output_of_other_tools(bench: Any) -> None:
    """Checks about leaks are read with their places, others are left out."""
    tools = bench.linters
    assert [
        [(one.check, one.path, sorted(one.lines)) for one in read(text)]
        for read, text in (
            (tools._vet, VET),
            (tools._staticcheck, STATICCHECK),
            (tools._golangci, GOLANGCI),
            (tools._semgrep, SEMGREP),
        )
    ] == [
        [("lostcancel", "/t/a/a.go", [7])],
        [("SA2000", "/t/a/a.go", [3])],
        [("staticcheck/SA4011", "a.go", [5]), ("bodyclose", "a.go", [8])],
        [("hanging-goroutine", "a.go", [2, 3, 4])],
    ]


def test_functions_of_a_file(bench: Any) -> None:
    """Methods go by their receiver's type, whether it has a name, a pointer or type parameters."""
    text = "package a\n\nfunc f() {\n\tg()\n}\n\nfunc (b *box[T]) g() {}\n\nfunc (box) h() {\n}\n"
    assert [tuple(one) for one in bench.functions(text)] == [("f", 3, 5), ("box.g", 7, 7), ("box.h", 9, 10)]


def test_a_leak_is_caught_when_less_is_reported_after_its_repair(bench: Any) -> None:
    """As much after as before is no catch, whatever else is reported."""
    said = bench.linters._one
    leaks, fixed = "pages/x/leaks/p.go", "pages/x/fixed/p.go"
    assert bench.reported_fewer({leaks: [said("a", leaks, 1)], fixed: []}, "x")
    assert not bench.reported_fewer({leaks: [said("a", leaks, 1)], fixed: [said("a", fixed, 2)]}, "x")
    assert not bench.reported_fewer({leaks: [], fixed: [said("b", fixed, 2)]}, "x")
