"""`check --new-from` and its like, on repositories of git as people have them."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from goleaklint.cli import run

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git on PATH: what is new cannot be asked")

RULES = (Path(__file__).parent.parent / "example_rules").as_posix()
LEAK = "package a\n\nfunc f(c chan int) {\n\tselect {}\n}\n"
MORE = LEAK + "\nfunc g(c chan int) {\n\tselect {}\n}\n"


class Tool:
    """Runs `check --format concise` in this process."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self.capfd = capfd

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = run(["check", "--rules", RULES, "--select", "TST202", "--format", "concise", *arguments])
        return (code, *self.capfd.readouterr())

    def shown(self, *arguments: str) -> list[str]:
        code, out, err = self(*arguments)
        assert (code, err) == (int(bool(out)), "")
        return [line.partition(": ")[0] for line in out.splitlines()]


@pytest.fixture
def tool(capfd: pytest.CaptureFixture[str]) -> Tool:
    return Tool(capfd)


def git(*arguments: str, cwd: Path | None = None) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)


def commit(cwd: Path) -> None:
    git("add", "-A", cwd=cwd)
    git("commit", "-q", "-m", "x", "--allow-empty", cwd=cwd)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit that has one leak; it is the working directory."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    root = tmp_path / "repo"
    (root / "a").mkdir(parents=True)
    monkeypatch.chdir(root)
    git("init", "-q", "-b", "main")
    (root / "a/a.go").write_text(LEAK)
    commit(root)
    return root


def test_only_changed_lines(tree: Path, tool: Tool) -> None:
    """Committed, staged and unstaged changes since the revision; `--whole-files` shows all of a changed file."""
    assert tool.shown("--new-from", "HEAD") == []
    (tree / "a/a.go").write_text(MORE)
    assert tool.shown("--new-from", "HEAD") == ["a/a.go:8:2"]
    git("add", "-A")
    assert tool.shown("--new-from", "HEAD") == ["a/a.go:8:2"]
    commit(tree)
    assert tool.shown("--new-from", "HEAD~1") == ["a/a.go:8:2"]
    assert tool.shown("--new-from", "HEAD") == []
    assert tool.shown("--new-from", "HEAD~1", "--whole-files") == ["a/a.go:4:2", "a/a.go:8:2"]


def test_the_summary_counts_the_others(tree: Path, tool: Tool) -> None:
    """What is held back is told."""
    assert tool("--new-from", "HEAD", "-v")[2].splitlines()[-1] == (
        "0 findings in 1 file, 5 lines, 1 package; 1 more in code that is not new"
    )


def test_untracked_files_are_new(tree: Path, tool: Tool) -> None:
    """Also in a directory that git does not know."""
    (tree / "b").mkdir()
    (tree / "b/b.go").write_text(LEAK)
    (tree / "a/b.go").write_text(LEAK)
    assert tool.shown("--new-from", "HEAD") == ["a/b.go:4:2", "b/b.go:4:2"]


def test_a_line_that_was_taken_away(tree: Path, tool: Tool) -> None:
    """The line before and the line after are new: what released the goroutine may be gone."""
    (tree / "a/a.go").write_text(LEAK.replace("\tselect", "\tdefer close(c)\n\tselect"))
    commit(tree)
    (tree / "a/a.go").write_text(LEAK)
    assert tool.shown("--new-from", "HEAD") == ["a/a.go:4:2"]


def test_a_renamed_file_is_not_new(tree: Path, tool: Tool) -> None:
    """Only what was changed with the rename."""
    git("mv", "a/a.go", "a/b.go")
    assert tool.shown("--new-from", "HEAD") == []
    (tree / "a/b.go").write_text("// Package a.\n" + LEAK.replace("}\n}", "}\n\tselect {}\n}"))
    assert tool.shown("--new-from", "HEAD") == ["a/b.go:6:2"]


@pytest.mark.parametrize("name", ["a b.go", "größe.go", 'q"uote.go', "b/a.go", "日本 x/ü.go"])
@pytest.mark.parametrize(
    "settings", [{}, {"core.quotePath": "false"}, {"diff.noprefix": "true", "core.quotePath": "true"}]
)
def test_names_and_settings(tree: Path, tool: Tool, name: str, settings: dict[str, str]) -> None:
    """Spaces, quotes and other letters, whatever the user's git is told; also by a patch."""
    for key, value in settings.items():
        git("config", key, value)
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_text(LEAK)
    commit(tree)
    (tree / name).write_text(MORE)
    assert tool.shown("--new-from", "HEAD") == [f"{name}:8:2"]
    (tree.parent / "x.patch").write_bytes(subprocess.run(["git", "diff"], capture_output=True, check=True).stdout)
    assert tool.shown("--new-from-patch", "../x.patch") == [f"{name}:8:2"]


@pytest.mark.parametrize("convert", ["false", "true", "input"])
def test_crlf(tree: Path, tool: Tool, convert: str) -> None:
    """Line ends that git converts change no line."""
    git("config", "core.autocrlf", convert)
    (tree / "a/a.go").write_bytes(LEAK.replace("\n", "\r\n").encode())
    commit(tree)
    (tree / "a/a.go").write_bytes(MORE.replace("\n", "\r\n").encode())
    assert tool.shown("--new-from", "HEAD") == ["a/a.go:8:2"]


def test_from_a_subdirectory(tree: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are the shell's, changes the repository's."""
    (tree / "a/a.go").write_text(MORE)
    (tree / "a/u.go").write_text(LEAK)
    (tree / "b").mkdir()
    (tree / "b/b.go").write_text(LEAK)
    monkeypatch.chdir(tree / "a")
    assert tool.shown("--new-from", "HEAD", "..") == ["../a/a.go:8:2", "../a/u.go:4:2", "../b/b.go:4:2"]
    monkeypatch.chdir(tree.parent)
    assert tool.shown("--new-from", "HEAD", "repo") == ["repo/a/a.go:8:2", "repo/a/u.go:4:2", "repo/b/b.go:4:2"]


def test_in_a_worktree(tree: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `.git` is a file."""
    git("worktree", "add", "-q", "../other")
    monkeypatch.chdir(tree.parent / "other")
    Path("a/a.go").write_text(MORE)
    assert tool.shown("--new-from", "HEAD") == ["a/a.go:8:2"]


def test_submodules(tree: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """From inside, and from the repository that holds it: commits, changes and untracked files."""
    git("init", "-q", "-b", "main", "super", cwd=tree.parent)
    top = tree.parent / "super"
    git("submodule", "add", "-q", tree.as_posix(), "my sub", cwd=top)
    commit(top)
    inner = top / "my sub"
    (inner / "a/a.go").write_text(MORE)
    monkeypatch.chdir(inner)
    assert tool.shown("--new-from", "HEAD") == ["a/a.go:8:2"]
    monkeypatch.chdir(top)
    assert tool.shown("--new-from", "HEAD") == ["my sub/a/a.go:8:2"]
    commit(inner)
    (inner / "a/u.go").write_text(LEAK)
    assert tool.shown("--new-from", "HEAD") == ["my sub/a/a.go:8:2", "my sub/a/u.go:4:2"]


def test_since_a_branch_was_left(tree: Path, tool: Tool) -> None:
    """What main has got since is not ours; `--new-from` counts it, as git diff does."""
    git("checkout", "-q", "-b", "topic")
    (tree / "a/mine.go").write_text(LEAK)
    commit(tree)
    git("checkout", "-q", "main")
    (tree / "a/a.go").write_text("package a\n")
    commit(tree)
    git("checkout", "-q", "topic")
    assert tool.shown("--new-from-merge-base", "main") == ["a/mine.go:4:2"]
    assert tool.shown("--new-from", "main") == ["a/a.go:4:2", "a/mine.go:4:2"]


def test_a_patch(tree: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a file, from standard input, without git; an empty one makes nothing new."""
    (tree / "a/a.go").write_text(MORE)
    diff = subprocess.run(["git", "diff", "-U3"], capture_output=True, check=True).stdout
    shutil.rmtree(tree / ".git")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(diff)))
    assert tool.shown("--new-from-patch", "-") == ["a/a.go:8:2"]
    (tree / "x.patch").write_bytes(b"")
    assert tool.shown("--new-from-patch", "x.patch") == []


def test_a_shallow_clone(tree: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how to get what is missing; what is there can be asked."""
    old = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, check=True, text=True).stdout.strip()
    (tree / "a/a.go").write_text(MORE)
    commit(tree)
    git("checkout", "-q", "-b", "topic", old)
    commit(tree)
    git("clone", "-q", "--depth=1", "--no-single-branch", tree.as_uri(), "shallow", cwd=tree.parent)
    monkeypatch.chdir(tree.parent / "shallow")
    assert tool("--new-from", old) == (
        2,
        "",
        f"Error: cannot tell what is new: no revision {old} in this clone, which is shallow: "
        "`git fetch --unshallow` gets the rest\n",
    )
    assert tool("--new-from-merge-base", "origin/main") == (
        2,
        "",
        "Error: cannot tell what is new: no common ancestor of origin/main and HEAD in this clone, which is shallow: "
        "`git fetch --unshallow` gets the rest\n",
    )
    assert tool.shown("--new-from", "HEAD") == []


def test_no_repository(tmp_path: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 2, with the way out."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.go").write_text(LEAK)
    code, out, err = tool("--new-from", "HEAD")
    assert (code, out) == (2, "")
    assert err.startswith("Error: cannot tell what is new: not a git repository")
    assert err.endswith("; --new-from-patch takes a diff instead\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--new-from", "none"], "no revision none in this repository: `git fetch` may get it\n"),
        (["--new-from", "--output=x"], "no revision --output=x in this repository: `git fetch` may get it\n"),
        (["--new-from", "a", "--new-from-patch", "b"], "--new-from and --new-from-patch exclude each other\n"),
        (["--whole-files"], "--whole-files is for --new-from and its like\n"),
        (["--new-from-patch", "none"], "cannot read none: No such file or directory\n"),
        (["--new-from-patch", "a/a.go"], "a/a.go: not a unified diff; `git diff -U0 REV` writes one\n"),
        (["--new-from-patch", "-", "-"], "standard input (-) cannot be both a patch and a Go file\n"),
        (["--new-from", "HEAD", "--fix"], "--fix changes lines: tell what is new in a run of its own\n"),
    ],
)
def test_bad_use_is_2(tree: Path, tool: Tool, arguments: list[str], message: str) -> None:
    """No data, and a message that names what is wrong."""
    code, out, err = tool(*arguments)
    assert (code, out, err.endswith(message)) == (2, "", True), err
    assert not (tree / "x").exists()


def test_with_a_baseline(tree: Path, tool: Tool) -> None:
    """A finding is shown when it is new and not accepted."""
    (tree / "a/a.go").write_text(MORE)
    assert run(["baseline", "write", "--config", f"rules=['{RULES}']", "--config", "select=['TST202']"]) == 0
    tool.capfd.readouterr()
    (tree / "a/b.go").write_text(LEAK.replace("func f", "func h"))
    assert tool.shown("--new-from", "HEAD", "--baseline", "goleaklint-baseline.json") == ["a/b.go:4:2"]


@pytest.mark.parametrize(("name", "shown"), [("a/a.go", []), ("a/unsaved.go", ["a/unsaved.go:4:2"])])
def test_standard_input(tree: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch, name: str, shown: list[str]) -> None:
    """A file that an editor has not written yet is new; one that is there is told by its lines on disk."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LEAK.encode())))
    assert tool.shown("--new-from", "HEAD", "--stdin-filename", name, "-") == shown
