"""What is copied for tests to run in, and what of it may lead back to the user's own files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from goleaklint.confirm import copying
from goleaklint.confirm.copying import CopyError, copy, remove, root_of


def _tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def _names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def test_all_but_version_control(tmp_path: Path) -> None:
    """Testdata, vendor and files of any kind may be needed; a .git may be a file, in a worktree."""
    _tree(
        tmp_path / "repo",
        {
            "go.mod": "module m\n",
            "a/a.go": "package a\n",
            "a/testdata/big.bin": "\0",
            "vendor/v/v.go": "package v\n",
            ".git/HEAD": "ref\n",
            "web/node_modules/x/x.js": "x",
            "sub/.git": "gitdir: elsewhere\n",
        },
    )
    copy(tmp_path / "repo", tmp_path / "copy")
    assert _names(tmp_path / "copy") == [
        *("a", "a/a.go", "a/testdata", "a/testdata/big.bin", "go.mod"),
        *("sub", "vendor", "vendor/v", "vendor/v/v.go", "web"),
    ]


def test_links(tmp_path: Path) -> None:
    """A link that leads out would let a test write into what is not its own; a pipe would never end."""
    repo = _tree(tmp_path / "repo", {"a/a.go": "package a\n"})
    _tree(tmp_path / "other", {"key.pem": "key", "dir/x.go": "package x\n"})
    (repo / "inside").symlink_to("a")
    (repo / "a" / "absolute.go").symlink_to(repo / "a" / "a.go")
    (repo / "key.pem").symlink_to(tmp_path / "other" / "key.pem")
    (repo / "dir").symlink_to(tmp_path / "other" / "dir")
    (repo / "nothing").symlink_to(tmp_path / "nowhere")
    os.mkfifo(repo / "pipe")
    copy(repo, tmp_path / "copy")
    made = tmp_path / "copy"
    assert _names(made) == ["a", "a/a.go", "a/absolute.go", "inside", "key.pem"]
    assert (os.readlink(made / "inside"), os.readlink(made / "a" / "absolute.go")) == ("a", "a.go")
    assert not (made / "key.pem").is_symlink()
    assert (made / "key.pem").read_text() == "key"


def test_what_is_read_only(tmp_path: Path) -> None:
    """Of a read-only checkout the copy can be written to; what tests make read-only in it can be removed."""
    repo = _tree(tmp_path / "repo", {"a/run.sh": "#!/bin/sh\n"})
    (repo / "a" / "run.sh").chmod(0o555)
    (repo / "a").chmod(0o555)
    copy(repo, tmp_path / "copy")
    assert stat.S_IMODE((tmp_path / "copy" / "a" / "run.sh").stat().st_mode) == 0o755
    (tmp_path / "copy" / "a" / "new").write_text("")
    (tmp_path / "copy" / "a").chmod(0o555)
    remove(tmp_path / "copy")
    (repo / "a").chmod(0o755)
    assert not (tmp_path / "copy").exists()


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's disk is filled."""
    repo = _tree(tmp_path / "repo", {"a": "x" * 11})
    monkeypatch.setattr(copying, "MOST_BYTES", 10)
    with pytest.raises(CopyError, match=f"{repo.as_posix()} is larger than 0 GiB"):
        copy(repo, tmp_path / "copy")


def test_what_is_needed_to_build(tmp_path: Path) -> None:
    """The module, the modules of a workspace, and those that a replace line puts beside it."""
    _tree(
        tmp_path,
        {
            "plain/go.mod": "module plain\n",
            "plain/deep/x.go": "package deep\n",
            "r/app/go.mod": "module app\n\nreplace lib => ../lib\n\nreplace gone => ../gone\n",
            "r/app/x.go": "package app\n",
            "r/lib/go.mod": "module lib\n",
            "w/go.work": "go 1.22\n\nuse (\n\t./one\n\t./two\n)\n",
            "w/one/go.mod": "module one\n",
            "w/one/x.go": "package one\n",
            "w/two/go.mod": "module two\n",
            "none/x.go": "package none\n",
        },
    )
    found = {name: root_of([str(tmp_path / name)]) for name in ("plain/deep", "r/app", "w/one", "none")}
    assert found == {
        "plain/deep": tmp_path / "plain",
        "r/app": tmp_path / "r",
        "w/one": tmp_path / "w",
        "none": tmp_path / "none",
    }
    assert root_of([str(tmp_path / "plain/deep"), str(tmp_path / "w/one")]) == tmp_path
