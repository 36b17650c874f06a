"""A function that runs once and never returns: who waits for it, and for whom it is the life of the process."""

from __future__ import annotations

from pathlib import Path

import pytest

from goleaklint import driver
from goleaklint.config import Config
from goleaklint.model import Confidence

HEAD = """package {package}

import (
	"sync"
	"time"
)

var once sync.Once

var laps int

func run() {{
	for {{
		time.Sleep(time.Second)
		laps++
	}}
}}

"""

MAIN = "func main() {\n\tonce.Do(run)\n\tprintln(laps)\n}\n"
BY_MAIN = "func main() {\n\tserve()\n}\n\nfunc serve() {\n\tonce.Do(run)\n\tprintln(laps)\n}\n"
BESIDE = "func main() {\n\tgo func() {\n\t\tonce.Do(run)\n\t}()\n\tselect {}\n}\n"
IN_MAIN_AND_ELSEWHERE = MAIN + "\nfunc Laps() int {\n\tonce.Do(run)\n\treturn laps\n}\n"
STARTS = "func Laps() int {\n\tonce.Do(func() { go run() })\n\treturn laps\n}\n"
LAPS = "func Laps() int {\n\tonce.Do(run)\n\treturn laps\n}\n"


@pytest.mark.parametrize(
    ("package", "source", "expected"),
    [
        ("main", MAIN, []),
        ("main", BY_MAIN, []),
        ("main", BESIDE, []),
        ("main", IN_MAIN_AND_ELSEWHERE, ["medium"]),
        ("p", STARTS, []),
        ("p", LAPS, ["medium"]),
        ("p", "func Run() {\n\tonce.Do(run)\n}\n", ["low"]),
        ("p", "func Start() {\n\tgo once.Do(run)\n}\n", ["medium"]),
    ],
    ids=["main", "by main", "beside main", "main and elsewhere", "starts", "goes on", "last", "started"],
)
def test_who_waits(
    package: str, source: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What main does once is silent; a caller who wants to go on, or who is not the only one, is told of."""
    (tmp_path / "go.mod").write_text("module example.com/app\n\ngo 1.26\n")
    (tmp_path / "a.go").write_text(HEAD.format(package=package) + source)
    monkeypatch.chdir(tmp_path)
    report = driver.check_paths(["."], config=Config(min_confidence=Confidence.LOW, select=("GLK408",), jobs=1))
    assert report.diagnostics == ()
    assert [finding.confidence for finding in report.findings] == expected
