"""Go that nobody wrote never crashes the analysis, and one bad file never costs another's findings."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goleaklint import driver
from goleaklint.config import Config
from goleaklint.model import Confidence

TESTDATA = Path(__file__).parent.parent / "testdata"
SOURCES = [path.read_bytes() for path in sorted(TESTDATA.glob("*/*.go"))]
SOUND = """package p

func leak() {
	c := make(chan int)
	go func() { c <- 1 }()
}
"""
_TOKEN = re.compile(rb"\w+|[^\w\s]")


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A file of testdata, cut, with two tokens swapped, or with random bytes in it."""
    source = draw(st.sampled_from(SOURCES))
    how = draw(st.sampled_from(["cut", "swap", "bytes", "drop"]))
    at = draw(st.integers(0, len(source) - 1))
    if how == "cut":
        return source[:at]
    if how == "bytes":
        return source[:at] + draw(st.binary(min_size=1, max_size=8)) + source[at:]
    tokens = list(_TOKEN.finditer(source))
    first = draw(st.integers(0, len(tokens) - 2))
    second = draw(st.integers(first + 1, min(first + 40, len(tokens) - 1)))
    a, b = tokens[first], tokens[second]
    if how == "drop":
        return source[: a.start()] + source[a.end() :]
    return source[: a.start()] + b[0] + source[a.end() : b.start()] + a[0] + source[b.end() :]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_mutated_files_are_survived(data: bytes) -> None:
    """No internal fault whatever the file says, and the finding of the file beside it is there."""
    with tempfile.TemporaryDirectory() as folder:
        sound, other = Path(folder) / "a" / "sound.go", Path(folder) / "b" / "mutated.go"
        for path, text in ((sound, SOUND.encode()), (other, data)):
            path.parent.mkdir()
            path.write_bytes(text)
        report = driver.check_paths([folder], config=Config(min_confidence=Confidence.LOW))
        assert [d.message for d in report.diagnostics if d.kind == "internal"] == []
        told = [(f.code, f.span.line) for f in report.findings if f.span.path == sound.as_posix()]
        assert told == [("GLK104", 5)]


def test_the_order_of_files_and_the_number_of_processes_change_nothing() -> None:
    """The same findings, in the same order, for any order of paths and any number of processes."""
    paths = [str(path) for path in sorted(TESTDATA.glob("*/leak.go"))]
    config = Config(min_confidence=Confidence.LOW, jobs=1)
    once = driver.check_paths(paths, config=config)
    again = driver.check_paths(paths[::-1], config=Config(min_confidence=Confidence.LOW, jobs=2))
    assert len(once.findings) > 50
    assert once.findings == again.findings
    assert once.diagnostics == again.diagnostics
