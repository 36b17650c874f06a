"""`--new-from` and its like: only what is new since a revision, or in a patch."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from goleaklint.config import repository_root, working_directory
from goleaklint.model import Report
from goleaklint.report.sources import visible

if TYPE_CHECKING:
    from goleaklint.correlate.git import Git
    from goleaklint.filters.changed import Changes

F = TypeVar("F", bound=Callable[..., Any])

_STDIN = "-"


def options(command: F) -> F:
    """`--new-from`, `--new-from-merge-base`, `--new-from-patch` and `--whole-files`."""
    revision = click.option("--new-from", metavar="REV", help="Only findings on lines changed since a git revision.")
    base = click.option(
        "--new-from-merge-base", metavar="REV", help="The same, since HEAD has left REV (a branch, for example)."
    )
    patch = click.option(
        "--new-from-patch",
        type=click.Path(),
        metavar="FILE",
        help="Only findings on lines that a diff changes (- reads it).",
    )
    whole = click.option("--whole-files", is_flag=True, help="With these: all findings in files that have changed.")
    return revision(base(patch(whole(command))))


def is_asked(given: dict[str, Any]) -> bool:
    """Whether only new code is asked for. Raises UsageError when that is asked for in two ways."""
    asked = [name for name in ("new_from", "new_from_merge_base", "new_from_patch") if given[name] is not None]
    if len(asked) > 1:
        names = " and ".join("--" + name.replace("_", "-") for name in asked)
        raise click.UsageError(f"{names} exclude each other")
    if given["whole_files"] and not asked:
        raise click.UsageError("--whole-files is for --new-from and its like")
    return bool(asked)


def changes(given: dict[str, Any], paths: Sequence[str]) -> Changes:
    """What is new, as the options say it. Raises ClickException when it cannot be known."""
    from goleaklint.correlate.git import Git, GitError

    place = working_directory(paths)
    if given["new_from_patch"] is not None:
        return _of_patch(given["new_from_patch"], place, given["whole_files"])
    try:
        git = Git(_top(place, paths))  # `git ls-files` tells of the directory that it is called in only
        if given["new_from"] is not None:
            commit = git.commit(given["new_from"])
        else:
            commit = git.merge_base(given["new_from_merge_base"])
        return _since(git, commit, given, paths)
    except GitError as error:
        hint = "" if "fetch" in str(error) else "; --new-from-patch takes a diff instead"
        raise click.ClickException(f"cannot tell what is new: {visible(str(error))}{hint}") from None


def _top(place: Path, paths: Sequence[str]) -> str:
    """The repository that the run is in, else the one that all paths are in. Raises GitError."""
    from goleaklint.correlate.git import Git, GitError

    try:
        return Git(str(place)).top()
    except GitError:
        common = Path(os.path.commonpath([os.path.abspath(path) for path in paths]))
        return Git(str(common if common.is_dir() else common.parent)).top()


def _since(git: Git, commit: str, given: dict[str, Any], paths: Sequence[str]) -> Changes:
    from goleaklint.filters import changed

    top = git.top()
    unsaved = [path for path in paths if not os.path.lexists(path)]  # standard input: a file that is not written yet
    patch = changed.read(git.patch(commit))
    whole = [os.path.join(top, name.rstrip("/")) for name in git.untracked()]
    for name in patch.untracked:
        inner = os.path.join(top, name)
        whole += [os.path.join(inner, one.rstrip("/")) for one in type(git)(inner).untracked()]
    for name in patch.missing:
        click.echo(
            f"{visible(name)}: the old commit of this submodule is not here: what is new in it is not known", err=True
        )
    return changed.Changes(
        changed.resolved(patch, [top]), map(os.path.realpath, [*whole, *unsaved]), whole_files=given["whole_files"]
    )


def _of_patch(name: str, place: Path, whole_files: bool) -> Changes:
    from goleaklint.filters import changed

    try:
        data = sys.stdin.buffer.read() if name == _STDIN else Path(name).read_bytes()
        patch = changed.read(data)
    except OSError as error:
        raise click.ClickException(f"cannot read {name}: {error.strerror}") from None
    except changed.PatchError as error:
        raise click.ClickException(f"{name}: {error}; `git diff -U0 REV` writes one") from None
    roots = [str(repository_root(place)), str(Path.cwd())]
    return changed.Changes(changed.resolved(patch, roots), whole_files=whole_files)


def only(report: Report, new: Changes) -> Report:
    """The report without the findings that are not new; its statistics say how many that were."""
    kept = tuple(finding for finding in report.findings if new.is_new(finding))
    stats = msgspec.structs.replace(report.stats, old=len(report.findings) - len(kept))
    return msgspec.structs.replace(report, findings=kept, stats=stats)
