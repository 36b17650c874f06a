"""Dumps of a program that was built from another revision: places found there, then in the files of today."""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec

from goleaklint.correlate.git import Git
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.tree import Revision
from goleaklint.dump.account import How, Site
from goleaklint.golang.discover import join
from goleaklint.model import Span

_SHORT = 12


class Past:
    """A commit of a checkout. Raises GitError where git does not have it."""

    def __init__(self, root: str, revision: str) -> None:
        self._git = Git(root)
        self.commit = self._git.commit(revision)
        self.repository = Repository(root, Revision(root, self._git, self.commit))

    @property
    def short(self) -> str:
        """The commit as it is shown."""
        return self.commit[:_SHORT]

    def today(self, then: Site | None, by_name: Site | None, now: Repository) -> Site | None:
        """A place of the commit as a place of the working tree, with the one that it was.

        Where the line was changed since, the place that the names lead to is taken.
        """
        if then is None or then.how is How.LOST:
            return by_name or then
        found = self._by_diff(then, now)
        if found is not None:
            return found
        changed = f"line {then.span.line} at {self.short} was changed since"
        if by_name is None or by_name.how is How.LOST:
            return msgspec.structs.replace(
                then, how=How.LOST, note=f"{changed}, and is not here any more", then=then.span
            )
        how = How.MOVED if by_name.how is How.LINE else by_name.how
        return msgspec.structs.replace(by_name, how=how, note=changed, then=then.span)

    def all_today(self, then: Sequence[Site], now: Repository) -> tuple[Site, ...]:
        """Those of several places that are still there."""
        return tuple(found for site in then if (found := self._by_diff(site, now)) is not None)

    def _by_diff(self, then: Site, now: Repository) -> Site | None:
        name = os.path.relpath(then.span.path, now.root).replace(os.sep, "/")
        place = self._git.today(self.commit, name, then.span.line)
        if place is None:
            return None
        path, line = join(now.root, place[0]), place[1]
        if not now.tree.is_file(path):
            return None
        span = _moved(then.span, path, line, _indent(now, path, line, then.statement))
        if (path, line) == (then.span.path, then.span.line):
            return msgspec.structs.replace(then, span=span, then=then.span)
        where = f"line {then.span.line}" if path == then.span.path else f"{then.span.path}:{then.span.line}"
        note = f"{where} at {self.short} is line {line} now"
        how = How.MOVED if then.how is How.LINE else then.how
        note = f"{then.note}; {note}" if then.note else note
        return msgspec.structs.replace(then, span=span, how=how, note=note, then=then.span)

    def close(self) -> None:
        """Ends what runs of git."""
        self._git.close()


def _moved(span: Span, path: str, line: int, column: int | None) -> Span:
    shift = line - span.line
    if column is None:
        return Span(path, line, span.column, span.end_line + shift, span.end_column)
    end = span.end_column + (column - span.column if span.end_line == span.line else 0)
    return Span(path, line, column, span.end_line + shift, end)


def _indent(now: Repository, path: str, line: int, statement: str) -> int | None:
    """The byte column at which the statement begins on its line of today: only its indentation may have changed."""
    file = now.package_of(path).file(path)
    text = file.line_text(line) if file is not None else ""
    at = text.find(statement) if statement else -1
    return len(text[:at].encode()) + 1 if at >= 0 else None
