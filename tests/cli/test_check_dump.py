"""`goleaklint check --dump`: findings ranked by the goroutines of a dump that are stuck as they say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from goleaklint import cli

DUMPS = Path(__file__).parents[2] / "testdata" / "dumps"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run the command line in a copy of the dumps' source; code, out, err."""
    shutil.copytree(DUMPS / "source", tmp_path / "shop")
    shutil.copy(DUMPS / "minutes.txt", tmp_path / "minutes.txt")
    monkeypatch.chdir(tmp_path / "shop")
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(["check", "--isolated", *arguments])
        captured = capfdbinary.readouterr()
        return code, captured.out.decode(), captured.err.decode()

    return call


SEEN = [
    "internal/orders/orders.go:20:3: GLK101 send on done blocks for ever when its receiver is gone"
    " (3 goroutines in the dump)",
    "internal/orders/orders.go:36:3: GLK103 range over in, which nobody closes, never ends (3 goroutines in the dump)",
    "internal/orders/orders.go:108:3: GLK105 receive from ch blocks for ever: nobody sends on it or closes it"
    " (3 goroutines in the dump)",
]


def test_seen_findings_come_first(run: Run) -> None:
    """Those with goroutines first, all others behind them as ever; what has no finding is told in one line."""
    code, out, err = run("--dump", "../minutes.txt", "--format", "concise", "internal/orders")
    plain = run("--format", "concise", "internal/orders")[1]
    assert (code, out.splitlines()[:3]) == (1, SEEN)
    assert sorted(line.partition(" (3 gor")[0] for line in out.splitlines()) == sorted(plain.splitlines())
    assert [line for line in out.splitlines()[3:] if "in the dump" in line] == []
    assert err.splitlines() == [
        "3 findings show in the dump, with 9 of its 31 goroutines",
        "21 goroutines in 7 groups blocked without a finding; goleaklint dump shows them",
    ]


def test_dumps_are_counted_together(run: Run) -> None:
    """Two dumps, as of two processes."""
    shutil.copy("../minutes.txt", "../other.txt")
    out = run("--dump", "../minutes.txt", "--dump", "../other.txt", "--format", "concise", "internal/orders")[1]
    assert out.splitlines()[0] == SEEN[0].replace("(3 ", "(6 ")


@pytest.mark.parametrize("path", [".", "orders.go", "../../internal/orders", "absolute"])
def test_from_inside_of_the_module(run: Run, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the path is written, and wherever the check runs."""
    monkeypatch.chdir("internal/orders")
    path = str(Path.cwd()) if path == "absolute" else path
    out = run("--dump", "../../../minutes.txt", "--format", "concise", path)[1]
    assert [line.rpartition("orders.go:")[2] for line in out.splitlines() if "in the dump" in line] == [
        line.rpartition("orders.go:")[2] for line in SEEN
    ]


def test_full_and_github(run: Run) -> None:
    """A line under the story; the message of an annotation."""
    assert "\n   = 3 goroutines in the dump\n" in run("--dump", "../minutes.txt", "internal/orders")[1]
    out = run("--dump", "../minutes.txt", "--format", "github", "internal/orders")[1]
    assert out.splitlines()[0].endswith("blocks for ever when its receiver is gone (3 goroutines in the dump)")


def test_json(run: Run) -> None:
    """A number for each finding, and what the dump holds beside; null without a dump."""
    document = json.loads(run("--dump", "../minutes.txt", "--format", "json", "internal/orders")[1])
    assert [finding["goroutines"] for finding in document["findings"]][:4] == [3, 3, 3, 0]
    assert document["live"] == {"goroutines": 31, "unexplainedGroups": 7, "unexplainedGoroutines": 21}
    plain = json.loads(run("--format", "json", "internal/orders")[1])
    assert ({finding["goroutines"] for finding in plain["findings"]}, plain["live"]) == ({None}, None)


def test_sarif(run: Run) -> None:
    """Counts in `occurrenceCount`, in the properties and in the message, the same order; nothing without a dump."""
    results = json.loads(run("--dump", "../minutes.txt", "--format", "sarif", "internal/orders")[1])["runs"][0][
        "results"
    ]
    assert [(each.get("occurrenceCount"), each["properties"]["goroutines"]) for each in results][:4] == [
        (3, 3),
        (3, 3),
        (3, 3),
        (None, 0),
    ]
    assert "its receiver is gone; 3 goroutines in the dump ([" in results[0]["message"]["text"]
    plain = json.loads(run("--format", "sarif", "internal/orders")[1])["runs"][0]["results"]
    assert [each for each in plain if "occurrenceCount" in each or "goroutines" in each["properties"]] == []


def test_a_dump_that_cannot_be_read(run: Run) -> None:
    """Without any dump nothing is checked; one of two costs only itself."""
    assert run("--dump", "none.txt", "internal/orders") == (
        2,
        "",
        "goleaklint: none.txt: no such file or directory\nError: no dump could be read\n",
    )
    code, out, err = run(
        "-q", "--dump", "none.txt", "--dump", "../minutes.txt", "--format", "concise", "internal/orders"
    )
    assert (code, out.splitlines()[:3]) == (1, SEEN)
    assert err == "goleaklint: none.txt: no such file or directory\n"
