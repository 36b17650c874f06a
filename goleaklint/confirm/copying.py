"""A copy of a repository in which tests may do what they like."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from goleaklint.facts.module import REPLACED
from goleaklint.golang.modules import Modules, workspace

MOST_BYTES = 4 << 30
"""Of a repository that is copied."""
_LEFT_OUT = frozenset({".git", ".hg", ".svn", "node_modules"})


class CopyError(Exception):
    """A repository that cannot be copied; the message says why."""


def root_of(directories: Iterable[str]) -> Path:
    """What has to be copied to build the packages in these directories.

    That is the directory that all of their modules are in, with the modules that a go.work or a `replace` line puts
    beside them. A directory outside of any module stands for itself.
    """
    known = Modules()
    needed: set[str] = set()
    for directory in directories:
        module = known.module(directory)
        needed.add(module.root if module is not None else os.path.abspath(directory))
    for root in sorted(needed):
        beside, looked = workspace(root)
        needed.update([*beside, os.path.dirname(looked[-1])] if beside else [])
        needed.update(_replaced(root))
    return Path(os.path.commonpath(sorted(needed))).resolve()


def _replaced(root: str) -> list[str]:
    try:
        text = Path(root, "go.mod").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    found = [os.path.normpath(os.path.join(root, directory)) for _, directory in REPLACED.findall(text)]
    return [directory for directory in found if os.path.isdir(directory)]


def copy(root: Path, target: Path) -> None:
    """Copy all files of a repository but those of version control. Raises CopyError.

    A link to what is inside stays a link; of one that leads outside the file is copied, and a directory is left out: a
    test that writes through it would write into what is not its own.
    """
    root = root.resolve()
    left = MOST_BYTES
    try:
        for directory, below, names in os.walk(root):
            here = target / os.path.relpath(directory, root)
            here.mkdir(parents=True, exist_ok=True)
            links = [name for name in below if os.path.islink(os.path.join(directory, name))]
            below[:] = sorted(name for name in below if name not in _LEFT_OUT and name not in links)
            for name in sorted((*names, *links)):
                left -= _copy(root, Path(directory) / name, here / name)
                if left < 0:
                    raise CopyError(f"{root.as_posix()} is larger than {MOST_BYTES >> 30} GiB")
    except OSError as error:
        raise CopyError(f"cannot copy {error.filename or root.as_posix()}: {error.strerror}") from None


def _copy(root: Path, source: Path, target: Path) -> int:
    if source.name in _LEFT_OUT:
        return 0  # a .git file, of a worktree or a submodule
    if source.is_symlink():
        inside = Path(os.path.realpath(source))
        if inside.is_relative_to(root):
            os.symlink(os.path.relpath(inside, source.parent.resolve()), target)
            return 0
    if not source.is_file():
        return 0  # a pipe, a socket, a link to nothing or to a directory elsewhere
    shutil.copyfile(source, target)
    mode = source.stat().st_mode
    os.chmod(target, stat.S_IMODE(mode) | stat.S_IWUSR)
    return source.stat().st_size


def remove(target: Path) -> None:
    """Remove a copy, also what tests have made read-only in it."""

    def again(function: object, path: str, _: object) -> None:
        for place in (os.path.dirname(path), path):
            if os.path.isdir(place) and not os.path.islink(place):
                os.chmod(place, stat.S_IRWXU)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        elif os.path.lexists(path):
            os.unlink(path)

    shutil.rmtree(target, onerror=again)
