"""The hook file: pre-commit installs this repository and runs the hook on staged files.

pre-commit builds the hook's environment with pip, so the test needs the package index; without it, it is skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

LEAK = """package a

func f() {
	go func() {
		select {}
	}()
}
"""
CLEAN = "package a\n\nfunc g() {}\n"
CONFIG = "repos:\n- repo: {repo}\n  rev: {rev}\n  hooks:\n  - id: goleaklint\n"


def git(*arguments: str, cwd: Path) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", *identity, "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the hook installed from a commit of this checkout as it stands."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    tool = tmp_path / "tool"
    tool.mkdir()
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT).split("\0")
    needed = ("goleaklint/", "rules/", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
    for name in listed:
        if name.startswith(needed) and (ROOT / name).is_file():
            (tool / name).parent.mkdir(parents=True, exist_ok=True)
            (tool / name).write_bytes((ROOT / name).read_bytes())
    user = tmp_path / "user"
    user.mkdir()
    for folder in (tool, user):
        git("init", "-q", cwd=folder)
    git("add", "-A", "-f", cwd=tool)
    git("commit", "-q", "-m", "tool", cwd=tool)
    (user / ".pre-commit-config.yaml").write_text(
        CONFIG.format(repo=tool, rev=git("rev-parse", "HEAD", cwd=tool).strip())
    )
    (user / "old.go").write_text(LEAK.replace("func f", "func old"))
    git("add", "-A", cwd=user)
    git("commit", "-q", "-m", "before the hook", cwd=user)
    install = [sys.executable, "-m", "pre_commit", "install", "--install-hooks"]
    done = subprocess.run(install, cwd=user, capture_output=True, text=True, check=False)
    if done.returncode:
        output = done.stdout + done.stderr
        if any(
            word in output
            for word in ("No matching distribution", "Could not fetch", "ConnectionError", "NewConnection")
        ):
            pytest.skip("the package index cannot be reached")
        pytest.fail(output)
    return user


def commit(repository: Path) -> tuple[int, str]:
    git("add", "-A", cwd=repository)
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-m", "x"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_hook_fails_and_passes(hooked: Path) -> None:
    """It fails on a staged leak, names it, says nothing of files that are not staged, and passes when it is mended."""
    (hooked / "a.go").write_text(LEAK)
    code, output = commit(hooked)
    assert code == 1
    assert "a.go:5:3" in output
    assert "GLK202" in output
    assert "old.go" not in output
    (hooked / "a.go").write_text(CLEAN)
    code, output = commit(hooked)
    assert (code, "Passed" in output) == (0, True), output
    (hooked / "notes.txt").write_text("no Go at all\n")
    code, output = commit(hooked)
    assert (code, "Skipped" in output) == (0, True), output
    (hooked / "goleaklint.toml").write_text('exclude = ["gen/"]\n')
    (hooked / "gen").mkdir()
    (hooked / "gen/a.go").write_text(LEAK)
    code, output = commit(hooked)
    assert (code, "Passed" in output) == (0, True), output
