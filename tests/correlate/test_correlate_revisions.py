"""Dumps of a program that was built from another revision: read from git, brought to today's lines."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from goleaklint.cli import run
from goleaklint.correlate.account import correlate
from goleaklint.correlate.buildinfo import BuildInfo, NoBuildInfoError, read_build_info
from goleaklint.correlate.git import Git, GitError
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.revisions import Past
from goleaklint.dump.account import How, Site
from goleaklint.dump.formats import read
from goleaklint.model import Span

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git on PATH")

OLD = """package feed

func Start(done chan int) {
	go func() {
		done <- 1
	}()
	go func() {
		done <- 2
	}()
}
"""
DUMP = "".join(
    f"goroutine {number} [chan send]:\n"
    f"example.com/app/feed.Start.func{number}()\n\t/build/feed/feed.go:{line + 1} +0x1\n"
    f"created by example.com/app/feed.Start in goroutine 9\n\t/build/feed/feed.go:{line} +0x2\n\n"
    for number, line in ((1, 4), (2, 7))
)


def git(*arguments: str) -> str:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = [
        "git",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.com",
        "-c",
        "init.defaultBranch=main",
        *arguments,
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()


def commit(path: str, text: str) -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")
    git("add", "-A")
    git("commit", "-qm", "x")
    return git("rev-parse", "HEAD")


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A repository in the working directory with one commit: its name."""
    (tmp_path / "app").mkdir()
    monkeypatch.chdir(tmp_path / "app")
    git("init", "-q")
    commit("go.mod", "module example.com/app\n\ngo 1.25\n")
    return commit("feed/feed.go", OLD)


def places(revision: str) -> list[tuple[Site | None, Site | None]]:
    past = Past(".", revision)
    try:
        [account] = correlate([read(DUMP.encode())], Repository("."), lambda directories: ((), ()), past)
    finally:
        past.close()
    assert account.revision == git("rev-parse", revision)
    return [(group.creation, group.block) for group in account.groups]


def brief(site: Site | None) -> tuple[str, int, str, How, str] | None:
    if site is None:
        return None
    return (site.span.path, site.span.line, site.statement, site.how, site.note)


def test_nothing_has_changed(old: str) -> None:
    """The same places, with the ones of the revision beside them."""
    [(creation, block), _] = places(old)
    assert brief(creation) == ("feed/feed.go", 4, "go func() {", How.LINE, "")
    assert brief(block) == ("feed/feed.go", 5, "done <- 1", How.LINE, "")
    assert creation is not None
    assert creation.then == creation.span


def test_lines_before(old: str) -> None:
    """Lines that moved and were indented, and a literal before them that shifts the names: followed by the diff."""
    new = OLD.replace("func Start(done chan int) {\n", "// Start.\nfunc Start(done chan int) {\n\tgo func() {}()\n")
    Path("feed/feed.go").write_text(new.replace("\t\tdone <- 1", "\t\t\tdone <- 1"), encoding="utf-8")
    [(creation, block), (other, _)] = places(old)
    at = old[:12]
    assert brief(creation) == ("feed/feed.go", 6, "go func() {", How.MOVED, f"line 4 at {at} is line 6 now")
    assert brief(block) == ("feed/feed.go", 7, "done <- 1", How.MOVED, f"line 5 at {at} is line 7 now")
    assert block is not None
    assert (block.then, block.span) == (Span("feed/feed.go", 5, 3, 5, 12), Span("feed/feed.go", 7, 4, 7, 13))
    assert brief(other) == ("feed/feed.go", 9, "go func() {", How.MOVED, f"line 7 at {at} is line 9 now")


def test_renamed_file(old: str) -> None:
    """A file under another name."""
    Path("feed/feed.go").rename("feed/start.go")
    Path("feed/start.go").write_text("// Package feed.\n" + OLD, encoding="utf-8")
    git("add", "-A")
    [(creation, _), _] = places(old)
    note = f"feed/feed.go:4 at {old[:12]} is line 5 now"
    assert brief(creation) == ("feed/start.go", 5, "go func() {", How.MOVED, note)


def test_changed_line(old: str) -> None:
    """A line that is another one now: what the names lead to."""
    Path("feed/feed.go").write_text(OLD.replace("done <- 1", "done <- 1 + 1"), encoding="utf-8")
    [(_, block), _] = places(old)
    note = f"line 5 at {old[:12]} was changed since"
    assert brief(block) == ("feed/feed.go", 5, "done <- 1 + 1", How.MOVED, note)


def test_function_gone(old: str) -> None:
    """Nothing is left: the place that it was, and that it is lost."""
    Path("feed/feed.go").write_text("package feed\n", encoding="utf-8")
    [(creation, _), _] = places(old)
    assert creation is not None
    assert (creation.how, creation.then) == (How.LOST, Span("feed/feed.go", 4, 2, 6, 5))
    assert creation.note == f"line 4 at {old[:12]} was changed since, and is not here any more"


def test_a_directory_of_the_repository(old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """--repo below the top of the git repository: names are from there."""
    git("mv", "feed", "below")
    git("mv", "go.mod", "below")
    text = OLD + "\n"
    Path("below/feed").mkdir()
    git("mv", "below/feed.go", "below/feed/feed.go")
    moved = commit("below/feed/feed.go", text)
    Path("below/feed/feed.go").write_text("\n" + text, encoding="utf-8")
    monkeypatch.chdir("below")
    [(creation, _), _] = places(moved)
    assert brief(creation) == ("feed/feed.go", 5, "go func() {", How.MOVED, f"line 4 at {moved[:12]} is line 5 now")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("a\nb\nc\nd\n", [1, 2, 3, 4]),
        ("x\na\nb\nc\nd\n", [2, 3, 4, 5]),
        ("a\nb\nx\ny\nc\nd\n", [1, 2, 5, 6]),
        ("a\nc\nd\n", [1, None, 2, 3]),
        ("c\nd\n", [None, None, 1, 2]),
        ("a\nB\nB\nc\n", [1, None, 4, None]),
        ("", [None, None, None, None]),
    ],
)
def test_lines_through_a_diff(old: str, new: str, expected: list[int | None]) -> None:
    """Each line of the commit in the working tree."""
    base = commit("x.txt", "a\nb\nc\nd\n")
    Path("x.txt").write_text(new, encoding="utf-8")
    found = [Git(".").today(base, "x.txt", line) for line in (1, 2, 3, 4)]
    assert [place and place[1] for place in found] == expected


def test_revisions_that_are_not_there(old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No commit, a shallow clone, no repository: each says what it is."""
    with pytest.raises(GitError, match=r"^no revision nope in this repository: `git fetch` may get it$"):
        Git(".").commit("nope")
    with pytest.raises(GitError, match="no revision --all in this repository"):
        Git(".").commit("--all")
    commit("b.go", "package b\n")
    git("clone", "-q", "--depth", "1", f"file://{tmp_path}/app", f"{tmp_path}/shallow")
    with pytest.raises(GitError, match="in this clone, which is shallow: `git fetch --unshallow` gets the rest"):
        Git(f"{tmp_path}/shallow").commit(old)
    (tmp_path / "none").mkdir()
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    with pytest.raises(GitError, match="not a git repository"):
        Git(f"{tmp_path}/none").commit("HEAD")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GitError, match="git cannot be run"):
        Git(".").commit("HEAD")


def binary(path: str, *, module: str = "example.com/app\t(devel)\t", build: str = "") -> str:
    """What the linker writes (cmd/link/internal/ld/data.go, buildinfo), behind a copy of the magic that is none."""

    def string(text: bytes) -> bytes:
        size = len(text)
        return (bytes([size & 0x7F | 0x80, size >> 7]) if size > 0x7F else bytes([size])) + text

    text = f"path\texample.com/app\nmod\t{module}\n{build}".encode()
    blob = b"\xff Go buildinf:\x08\x02" + bytes(16) + string(b"go1.26.8") + string(b"0" * 16 + text + b"1" * 16)
    Path(path).write_bytes(b"\x7fELF" + bytes(13) + b"\xff Go buildinf:" + bytes(33) + blob + bytes(9))
    return path


def test_build_info(tmp_path: Path) -> None:
    """The Go version, the main module and the settings."""
    path = binary(
        str(tmp_path / "app"), build="build\t-trimpath=true\nbuild\tvcs.revision=abc\nbuild\tvcs.modified=true\n"
    )
    info = read_build_info(path)
    assert info == BuildInfo(
        "go1.26.8",
        "example.com/app",
        "(devel)",
        {"-trimpath": "true", "vcs.revision": "abc", "vcs.modified": "true"},
    )
    assert (info.revision, info.is_modified, info.revisions()) == ("abc", True, ["abc"])


@pytest.mark.parametrize(
    ("module", "version", "expected"),
    [
        ("example.com/app", "(devel)", []),
        ("example.com/app", "v1.2.3", ["app/v1.2.3", "v1.2.3"]),
        ("example.com/x/server/v3", "v3.6.1", ["x/server/v3.6.1", "server/v3.6.1", "v3.6.1"]),
        ("example.com/app", "v0.0.0-20240102030405-0123456789ab", ["0123456789ab"]),
        ("example.com/app", "v1.2.4-0.20240102030405-0123456789ab+dirty", ["0123456789ab"]),
        ("example.com/app/v2", "v2.0.0+incompatible", ["app/v2.0.0", "v2.0.0"]),
    ],
)
def test_revisions_of_a_version(module: str, version: str, expected: list[str]) -> None:
    """Tags, also those of modules below the top, and the commits of pseudo-versions."""
    assert BuildInfo("go1.26", module, version, {}).revisions() == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b"\x7fELF" + bytes(100), "it is no Go binary, or was stripped of it"),
        (b"\xff Go buildinf:\x08\x00" + bytes(32), "it was built by a Go before 1.18"),
        (b"\xff Go buildinf:\x08\x02" + bytes(16) + b"\xff" * 12, "it is no Go binary, or was stripped of it"),
        (b"\xff Go buildinf:", "it is no Go binary, or was stripped of it"),
    ],
)
def test_no_build_info(tmp_path: Path, data: bytes, message: str) -> None:
    """Why there is none."""
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(NoBuildInfoError, match=f"^{message}$"):
        read_build_info(str(tmp_path / "x"))


@pytest.mark.skipif(shutil.which("go") is None, reason="no go on PATH")
def test_build_info_of_go_itself() -> None:
    """The same Go version, module and settings as `go version -m` says."""
    path = shutil.which("go")
    assert path is not None
    said = subprocess.run(["go", "version", "-m", path], check=True, capture_output=True, text=True).stdout
    info = read_build_info(path)
    assert f": {info.go}\n" in said
    lines = {line.removeprefix("\tbuild\t") for line in said.split("\n") if line.startswith("\tbuild\t")}
    assert {f"{key}={value}" for key, value in info.settings.items()} == {line.replace('"', "") for line in lines}


def dumped(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    Path("dump.txt").write_text(DUMP, encoding="utf-8")
    code = run(["dump", "dump.txt", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_command_with_a_revision(old: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The report says which revision, and both lines."""
    Path("feed/feed.go").write_text("// Package feed.\n" + OLD, encoding="utf-8")
    code, out, err = dumped(capsys, "--rev", "HEAD")
    assert (code, err) == (0, "")
    assert out.split("\n")[1] == f"  places are those of {old[:12]}, brought to the files of today"
    assert " --> feed/feed.go:5:2 in example.com/app/feed.Start\n" in out
    assert f"  = line 4 at {old[:12]} is line 5 now\n" in out


def test_command_with_a_bad_revision(old: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and one line."""
    assert dumped(capsys, "--rev", "v9") == (
        2,
        "",
        "Error: --rev: no revision v9 in this repository: `git fetch` may get it\n",
    )


@pytest.mark.parametrize(
    ("build", "said", "used"),
    [
        ("build\tvcs.revision={old}\nbuild\tvcs.modified=false\n", "", True),
        (
            "build\tvcs.revision={old}\nbuild\tvcs.modified=true\n",
            "app.bin: binary: was built from {at} with changes that were not committed: lines may differ\n",
            True,
        ),
        (
            "",
            "app.bin: binary: does not say which revision it was built from; the files as they are are taken\n",
            False,
        ),
        (
            "build\tvcs.revision=0123456789012345678901234567890123456789\n",
            "app.bin: binary: no revision 0123456789012345678901234567890123456789 in this repository:"
            " `git fetch` may get it; the files as they are are taken\n",
            False,
        ),
    ],
)
def test_command_with_a_binary(old: str, capsys: pytest.CaptureFixture[str], build: str, said: str, used: bool) -> None:
    """The binary's revision is taken where the repository has it; else why not is said."""
    binary("app.bin", build=build.format(old=old))
    code, out, err = dumped(capsys, "--binary", "app.bin")
    assert (code, err) == (0, said.format(at=old[:12]))
    assert (f"places are those of {old[:12]}" in out) is used


def test_command_with_a_file_that_is_no_binary(old: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and why."""
    assert dumped(capsys, "--binary", "go.mod") == (
        2,
        "",
        "Error: --binary: go.mod: it is no Go binary, or was stripped of it\n",
    )
