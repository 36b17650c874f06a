"""`check --fix`, `--unsafe-fixes` and `--diff`: what they write, and that Go builds and formats it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import click
import msgspec
import pytest
from click.testing import CliRunner

from goleaklint import catalog, edits
from goleaklint.cli import group
from goleaklint.filters import unused_suppression
from goleaklint.model import Confidence, Edit, Finding, Fix, Severity, Span

TESTDATA = Path(__file__).parent.parent.parent / "testdata"
FIXABLE = sorted(rule.name for rule in catalog.load().rules if rule.fixable)

LEAK = """package p

import "context"

func f(ctx context.Context, ready bool, use func(context.Context)) {
	ctx, cancel := context.WithCancel(ctx)
	use(ctx)
	if !ready {
		return
	}
	cancel()
}
"""
FIXED = LEAK.replace("WithCancel(ctx)\n", "WithCancel(ctx)\n\tdefer cancel()\n")
DISCARDED = """package p

import "context"

func f(ctx context.Context, use func(context.Context)) {
	ctx, _ = context.WithCancel(ctx)
	inner, _ := context.WithCancel(ctx)
	use(inner)
}
"""


def run(*args: str, text: bytes | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(group, ["check", "--isolated", "--no-cache", *args], input=text, standalone_mode=False)
    if isinstance(result.exception, click.ClickException):
        return 2, result.stdout, result.exception.message
    assert result.exception is None, result.exception
    return result.return_value, result.stdout, result.stderr


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "go.mod").write_text("module p\n\ngo 1.22\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_safe_fix_is_written(package: Path) -> None:
    """The file has the fix, its mode stays, and a run that leaves nothing ends with 0."""
    path = package / "p.go"
    path.write_text(LEAK)
    path.chmod(0o640)
    code, _, err = run("--fix", "p.go")
    assert (code, path.read_text(), path.stat().st_mode & 0o777) == (0, FIXED, 0o640)
    assert err.splitlines()[0] == "1 fixed, 0 left"


def test_line_ends_stay(package: Path) -> None:
    """A file with CRLF keeps them, and gets no others."""
    path = package / "p.go"
    path.write_bytes(LEAK.replace("\n", "\r\n").encode())
    run("--fix", "p.go")
    assert path.read_bytes() == FIXED.replace("\n", "\r\n").encode()


def test_a_link_stays(package: Path) -> None:
    """A symbolic link is followed, not replaced."""
    (package / "real").mkdir()
    (package / "real" / "p.go").write_text(LEAK)
    (package / "p.go").symlink_to("real/p.go")
    run("--fix", "p.go")
    assert ((package / "p.go").is_symlink(), (package / "real" / "p.go").read_text()) == (True, FIXED)


def test_diff_changes_nothing(package: Path) -> None:
    """The diff is on standard output, the exit code is 1, and the file is as it was; with nothing to fix it is 0."""
    path = package / "p.go"
    path.write_text(LEAK)
    code, out, err = run("--diff", "p.go")
    assert (code, path.read_text(), err) == (1, LEAK, "1 would be fixed, 0 left\n")
    assert out == (
        "--- a/p.go\n+++ b/p.go\n@@ -4,6 +4,7 @@\n \n"
        " func f(ctx context.Context, ready bool, use func(context.Context)) {\n"
        " \tctx, cancel := context.WithCancel(ctx)\n+\tdefer cancel()\n \tuse(ctx)\n \tif !ready {\n \t\treturn\n"
    )
    path.write_text(FIXED)
    assert run("--diff", "p.go") == (0, "", "0 would be fixed, 0 left\n")


def test_unsafe_fixes_are_asked_for(package: Path) -> None:
    """Without --unsafe-fixes they are counted, with it they are made; a cancel that is given no name gets one."""
    path = package / "p.go"
    path.write_text(DISCARDED)
    code, _, err = run("--fix", "p.go")
    assert (code, path.read_text(), err.splitlines()[0]) == (
        1,
        DISCARDED,
        "0 fixed, 2 left (1 with --unsafe-fixes)",
    )
    run("--fix", "--unsafe-fixes", "p.go")
    assert path.read_text() == DISCARDED.replace(
        "inner, _ := context.WithCancel(ctx)\n", "inner, cancel := context.WithCancel(ctx)\n\tdefer cancel()\n"
    )
    assert run("--unsafe-fixes", "p.go")[0] == 2


def test_standard_input(package: Path) -> None:
    """`-` with --fix is a filter: the fixed source on standard output, what is left on standard error."""
    assert run("--fix", "-", text=LEAK.encode()) == (
        0,
        FIXED,
        "1 fixed, 0 left\n0 findings in 1 file, 13 lines, 1 package\n",
    )


@pytest.mark.parametrize("option", ["--fix", "--add-ignore"])
def test_a_read_only_file(package: Path, monkeypatch: pytest.MonkeyPatch, option: str) -> None:
    """It is left, with the reason, and its finding is reported; the exit code is 2 where no other file is written."""
    for name in ("a.go", "b.go"):
        (package / name).write_text(LEAK.replace("func f", f"func {name[0]}"))
    access = os.access  # root may write every file
    monkeypatch.setattr(os, "access", lambda path, mode: (str(path), mode) != ("a.go", os.W_OK) and access(path, mode))
    code, _, err = run(option, ".")
    assert (code, "a.go: not written: permission denied" in err) == (1, True)
    assert ((package / "a.go").read_text() == LEAK.replace("func f", "func a"), run("b.go")[0]) == (True, 0)
    code, out, err = run(option, "--format", "concise", "a.go")
    assert (code, out.count("\n"), err.splitlines()[1:]) == (2, 1, ["a.go: not written: permission denied"])


def test_what_is_only_less_sure_is_not_fixed(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fix after which the finding is below the confidence asked for, and still there, is taken back."""
    leak = LEAK.replace("if !ready", "if use == nil {\n\t\t_ = cancel\n\t}\n\tif !ready")
    (package / "p.go").write_text(leak)
    assert run("--min-confidence", "medium", "p.go")[0] == 0
    assert run("--min-confidence", "low", "p.go")[0] == 1
    (package / "p.go").write_text(LEAK)
    quieted = Fix((Edit(Span("p.go", 7, 1, 7, 1), "\t_ = cancel\n"),), True, "")
    stamped = edits.stamped

    def quiet(finding: Finding, data: bytes) -> Finding:
        return stamped(msgspec.structs.replace(finding, fix=quieted), data)

    monkeypatch.setattr(edits, "stamped", quiet)
    assert run("--fix", "--min-confidence", "medium", "p.go")[2].splitlines()[0] == "0 fixed, 1 left"
    assert (package / "p.go").read_text() == LEAK


def test_fixes_on_neighbouring_lines(package: Path) -> None:
    """What touches another fix is made in the next round: in the end all are there."""
    both = LEAK.replace(
        "WithCancel(ctx)\n", "WithCancel(ctx)\n\tinner, stop := context.WithCancel(ctx)\n\tuse(inner)\n"
    )
    both = both.replace("\tcancel()\n", "\tstop()\n\tcancel()\n")
    (package / "p.go").write_text(both)
    assert run("--fix", "p.go")[2].splitlines()[0] in ("2 fixed, 0 left", "1 fixed, 0 left")
    assert run("p.go")[0] == 0


def test_unusual_files(package: Path) -> None:
    """A byte order mark, no line end at the end and a blank in the name change nothing; `patch` can read the name."""
    data = b"\xef\xbb\xbf" + LEAK.rstrip().replace("\n", "\r\n").encode()
    path = package / "my file.go"
    path.write_bytes(data)
    assert run("--diff", "my file.go")[1].splitlines()[:2] == ["--- a/my file.go\t", "+++ b/my file.go\t"]
    run("--fix", "my file.go")
    assert path.read_bytes() == b"\xef\xbb\xbf" + FIXED.rstrip().replace("\n", "\r\n").encode()


def test_unused_suppression(package: Path) -> None:
    """The comment goes, with its line when it has one for itself, and nothing else."""
    path = package / "p.go"
    path.write_text(
        "package p\n\nfunc f() {\n\tprintln(1)\n\t//goleaklint:ignore GLK101 old\n\tprintln(2)\n\n"
        "\tprintln(3) //goleaklint:ignore GLK101 old\n}\n"
    )
    run("--fix", "p.go")
    assert path.read_text() == "package p\n\nfunc f() {\n\tprintln(1)\n\tprintln(2)\n\n\tprintln(3)\n}\n"
    assert unused_suppression.RULE.fixable


def edit(line: int, text: str, digest: str) -> Finding:
    return Finding(
        code="GLK999",
        name="test",
        severity=Severity.NOTE,
        confidence=Confidence.HIGH,
        message="",
        span=Span("a.go", line, 1, line, 1),
        fix=Fix((Edit(Span("a.go", line, 1, line, 1), text),), True, "", digest),
    )


def test_fixes_that_touch_are_left() -> None:
    """The first of two on neighbouring lines is applied; one made for other bytes is not."""
    data = b"a\nb\nc\nd\n"
    now = edits.digest(data)
    first, near, far, stale = edit(1, "1", now), edit(2, "2", now), edit(4, "4", now), edit(4, "5", "old")
    assert edits.apply(data, [stale, first, near, far]) == (b"1a\nb\nc\n4d\n", [first, far])


@pytest.mark.skipif(shutil.which("go") is None, reason="needs Go to build what is fixed")
def test_fixed_testdata_builds(package: Path) -> None:
    """The leaks of every fixable rule, with all fixes: formatted, building, and no fix is left."""
    shutil.copytree(TESTDATA, package, dirs_exist_ok=True)
    folders = [name for name in FIXABLE if (package / name).is_dir()]
    before = {name: (package / name / "leak.go").read_bytes() for name in folders}
    environment = os.environ | {"GOFLAGS": "-mod=mod", "GOPROXY": "off"}
    for name in folders:
        built = subprocess.run(["go", "build", f"./{name}"], capture_output=True, env=environment, check=False)
        run("--fix", "--unsafe-fixes", "--min-confidence", "low", f"{name}/leak.go")
        assert (package / name / "leak.go").read_bytes() != before[name], name
        after = subprocess.run(["go", "build", f"./{name}"], capture_output=True, env=environment, check=False)
        assert (name, built.returncode, after.stderr) == (name, after.returncode, built.stderr)
        assert run("--diff", "--unsafe-fixes", f"{name}/leak.go")[:2] == (0, "")
    unformatted = subprocess.run(["gofmt", "-l", *folders], capture_output=True, text=True, check=True)
    assert unformatted.stdout == ""
