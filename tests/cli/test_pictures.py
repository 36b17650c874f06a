"""`goleaklint dump --html, --svg, --folded, --speedscope, --pprof`: what is written where, and what cannot be."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goleaklint import cli

DUMP = """\
goroutine 2 [chan send]:
example.com/shop.Run.func1()
	/srv/shop/run.go:9 +0x1d
created by example.com/shop.Run in goroutine 1
	/srv/shop/run.go:8 +0x2f
"""
FOLDED = "go example.com/shop.Run run.go:8;example.com/shop.Run.func1;[chan send] 1\n"

Run = Callable[..., tuple[int, bytes, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run the command line where a.txt is a dump; code, out, err."""
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(DUMP)
    Path("b.txt").write_text(DUMP.replace("chan send", "sleep"))

    def call(*arguments: str) -> tuple[int, bytes, str]:
        code = cli.run(["dump", "--isolated", *arguments])
        captured = capfdbinary.readouterr()
        return code, captured.out, captured.err.decode()

    return call


def test_every_picture(run: Run) -> None:
    """All are written at once, each whole, and the report goes to standard output as ever."""
    names = {"html": "a.html", "svg": "a.svg", "folded": "a.folded", "speedscope": "a.json", "pprof": "a.pb.gz"}
    code, out, err = run("a.txt", *(text for name, path in names.items() for text in (f"--{name}", path)))
    assert (code, err, out.startswith(b"a.txt: 1 goroutine, 1 group\n")) == (0, "", True)
    assert sorted(os.listdir()) == sorted([*names.values(), "a.txt", "b.txt"])
    assert Path("a.html").read_text().startswith("<!doctype html>")
    assert Path("a.svg").read_text().startswith("<svg ")
    assert Path("a.folded").read_text() == FOLDED
    assert json.loads(Path("a.json").read_text())["profiles"][0]["endValue"] == 1
    assert b"example.com/shop.Run.func1" in gzip.decompress(Path("a.pb.gz").read_bytes())


def test_standard_output(run: Run) -> None:
    """A picture that goes there has it for itself."""
    assert run("a.txt", "--folded", "-") == (0, FOLDED.encode(), "")
    code, out, err = run("a.txt", "--pprof", "-", "--format", "json")
    assert (code, gzip.decompress(out)[:1], err) == (0, b"\x0a", "")


def test_two_at_standard_output(run: Run) -> None:
    """They would be mixed."""
    code, out, err = run("a.txt", "--folded", "-", "--svg", "-")
    assert (code, out, err.splitlines()[-1]) == (
        2,
        b"",
        "Error: --svg and --folded cannot both go to standard output",
    )


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("none/a.html", "Error: cannot write none/a.html: No such file or directory"),
        (".", "Error: cannot write .: Is a directory"),
        ("a.txt/b", "Error: cannot write a.txt/b: Not a directory"),
        ("", "Error: --html names no file; - is standard output"),
        ("a\x00b", "Error: cannot write a\\x00b: embedded null byte"),
    ],
)
def test_what_cannot_be_written(run: Run, path: str, message: str) -> None:
    """The reason, exit code 2, and no rest of it on the disk."""
    code, out, err = run("a.txt", "--html", path)
    assert (code, out, err.splitlines()[-1]) == (2, b"", message)
    assert sorted(os.listdir()) == ["a.txt", "b.txt"]


def test_a_file_is_replaced_and_a_device_is_not(run: Run, tmp_path: Path) -> None:
    """What a name stood for stays it: a file has the new content and its mode, a pipe is written to."""
    target = tmp_path / "old.folded"
    target.write_text("old")
    target.chmod(0o640)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("a.txt", "-q", "--folded", str(target))[0] == 0
        assert run("a.txt", "-q", "--svg", str(pipe))[0] == 0
        assert os.read(reader, 5) == b"<svg "
    finally:
        os.close(reader)
    assert (target.read_text(), target.stat().st_mode & 0o777, pipe.is_fifo()) == (FOLDED, 0o640, True)


def test_nothing_to_draw(run: Run) -> None:
    """A file that is no dump: nothing is written."""
    Path("c.txt").write_text("hello\n")
    code, out, err = run("c.txt", "--html", "c.html")
    assert (code, out, err.startswith("goleaklint: c.txt: no goroutine in it")) == (2, b"", True)
    assert not Path("c.html").exists()


def test_comparison(run: Run, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """`diff --html`: the page of two dumps, beside the table or in its place."""
    assert cli.run(["diff", "--isolated", "a.txt", "b.txt", "--html", "d.html"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"a.txt")
    document: dict[str, Any] = json.loads(Path("d.html").read_text().partition('id="data">')[2].partition("<")[0])
    assert [(group["reason"], group["base"], group["count"]) for group in document["groups"]] == [
        ("sleep", 0, 1),
        ("chan send", 1, 0),
    ]
    assert cli.run(["diff", "--isolated", "a.txt", "b.txt", "--html", "-"]) == 0
    assert capfdbinary.readouterr().out.decode() == Path("d.html").read_text()


def test_comparison_that_cannot_be(run: Run, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Nothing is drawn of half of it."""
    assert cli.run(["diff", "--isolated", "a.txt", "none.txt", "--html", "d.html"]) == 2
    assert sorted(os.listdir()) == ["a.txt", "b.txt"]
