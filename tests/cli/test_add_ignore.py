"""`check --add-ignore`: what it writes, that the findings are gone then, and that Go formats and builds it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from goleaklint.cli import group

TESTDATA = Path(__file__).parent.parent.parent / "testdata"

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


def ignored(reason: str) -> str:
    return LEAK.replace("\tctx, cancel", f"\t//goleaklint:ignore GLK501 {reason}\n\tctx, cancel")


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


def test_it_suppresses(package: Path) -> None:
    """The finding is gone, and a second run changes nothing."""
    path = package / "p.go"
    path.write_text(LEAK)
    code, _, err = run("--add-ignore=it ends with the program", "p.go")
    assert (code, path.read_text()) == (0, ignored("it ends with the program"))
    assert err.splitlines()[0] == "1 ignored, 0 left"
    assert run("--add-ignore=another", "p.go")[2].splitlines()[0] == "0 ignored, 0 left"
    assert path.read_text() == ignored("it ends with the program")


def test_without_a_reason(package: Path) -> None:
    """The reason is one that asks for a better one, and a path behind the option stays a path."""
    (package / "p.go").write_text(LEAK)
    assert run("--add-ignore", "p.go")[0] == 0
    assert (package / "p.go").read_text() == ignored("TODO: say why")


def test_diff(package: Path) -> None:
    """With --diff nothing is written, and the exit code is 1 as there is something to write."""
    (package / "p.go").write_text(LEAK)
    code, out, err = run("--add-ignore=old", "--diff", "p.go")
    assert (code, (package / "p.go").read_text(), err) == (1, LEAK, "1 would be ignored, 0 left\n")
    assert [line for line in out.splitlines() if line[0] in "+-"] == [
        "--- a/p.go",
        "+++ b/p.go",
        "+\t//goleaklint:ignore GLK501 old",
    ]


def test_standard_input(package: Path) -> None:
    """`-` makes it a filter."""
    code, out, err = run("--add-ignore=old", "-", text=LEAK.encode())
    assert (code, out, err.splitlines()[0]) == (0, ignored("old"), "1 ignored, 0 left")


def test_comments_about_comments(package: Path) -> None:
    """A finding about a suppression comment is mended, not suppressed."""
    text = "package p\n\n//goleaklint:ignore GLK101 old\nfunc f() {}\n"
    (package / "p.go").write_text(text)
    code, _, err = run("--add-ignore=old", "p.go")
    assert (code, (package / "p.go").read_text(), err.splitlines()[0]) == (1, text, "0 ignored, 1 left")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--add-ignore="], "--add-ignore: the reason cannot stand in a comment: it is empty"),
        (["--add-ignore=x", "--fix"], "--fix first, then --add-ignore for what is left, in a run of its own"),
        (
            ["--add-ignore=x", "--ignore-suppressions"],
            "--add-ignore writes the comments that --ignore-suppressions does not heed",
        ),
        (["--add-ignore=x", "--new-from", "HEAD"], "--add-ignore changes lines: tell what is new in a run of its own"),
    ],
)
def test_bad_use(package: Path, args: list[str], message: str) -> None:
    """What does not go together is said."""
    assert run(*args, ".") == (2, "", message)


def test_testdata(package: Path) -> None:
    """Every finding of the testdata has a place for its comment; with Go, the files are as gofmt writes them."""
    shutil.copytree(TESTDATA, package, dirs_exist_ok=True, ignore=shutil.ignore_patterns("dumps", "projects"))
    folders = sorted(one.name for one in package.iterdir() if one.is_dir())
    code, out, err = run("--add-ignore=old", "--min-confidence", "low", "--format", "concise", ".")
    assert (out, code) == ("", 0), err
    if shutil.which("gofmt") is None:
        pytest.skip("the rest needs gofmt")
    unformatted = subprocess.run(["gofmt", "-l", *folders], capture_output=True, text=True, check=True)
    assert unformatted.stdout == ""
    assert os.getcwd() == str(package)
