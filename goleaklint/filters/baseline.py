"""Findings that were accepted one day: a file that people review in git, and that later findings are matched against.

An entry holds no line number. It matches a finding of the same rule, path, function and statement; of several equal
ones each entry takes one, those first whose neighbouring lines are the same, so that none of the others becomes new
when one goes. An entry whose finding is not at its path any more may match elsewhere: in another file of the same
directory, or anywhere when its file is gone (renamed files, moved directories).
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import msgspec

from goleaklint.filters.fingerprint import digest, outermost, statement
from goleaklint.model import Confidence, Finding

VERSION = 1
_MARK = "goleaklintBaseline"
# What a reviewer cannot see, or what would reorder what he sees, is written as an escape.
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")

Line = Callable[[str, int], bytes]


class BaselineError(Exception):
    """A baseline that cannot be used; the message does not name the file."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An accepted finding. `path` is relative to the repository; `statement` and `near` are digests.

    `statement` stands for the rule, the function without its package, and the text of the line; `near` for the lines
    before and after.
    """

    rule: str
    path: str
    function: str
    message: str
    confidence: Confidence
    fingerprint: str
    statement: str
    near: str

    def order(self) -> tuple[str, ...]:
        """The order in the file: it does not depend on lines, so that an edit moves no entry."""
        return (self.path, self.rule, self.function, self.message, self.statement, self.near, self.fingerprint)

    @property
    def code(self) -> str:
        """The code of the rule."""
        return self.rule.partition(" ")[0]


class Matched(NamedTuple):
    """What became of findings and entries: `known` and `new` are all findings, `known` and `left` all entries."""

    known: list[tuple[Entry, Finding]]
    new: list[Finding]
    left: list[Entry]


def entry(finding: Finding, *, line: Line, local: Callable[[str], str]) -> Entry:
    """What the baseline holds of a finding. `line` gives a line of a file, `local` a path in the repository."""
    path, number = finding.span.path, finding.span.line
    function = outermost(finding.function)
    unqualified = function.rpartition("/")[2].partition(".")[2] or function
    return Entry(
        rule=f"{finding.code} {finding.name}",
        path=local(path),
        function=function,
        message=finding.message,
        confidence=finding.confidence,
        fingerprint=finding.fingerprint,
        statement=digest(finding.code, unqualified, statement(line(path, number)))[:16],
        near=digest(statement(line(path, number - 1)), statement(line(path, number + 1)))[:16],
    )


def match(
    entries: Iterable[Entry], findings: Iterable[tuple[Entry, Finding]], *, gone: Callable[[str], bool]
) -> Matched:
    """Give each finding at most one entry. `findings` come with what they would be as entries.

    `gone` tells whether there is no file at a path of the repository any more.
    """
    left, unmatched = sorted(entries, key=Entry.order), list(findings)
    known: list[tuple[Entry, Finding]] = []
    rounds: tuple[tuple[Callable[[Entry], object], Callable[[Entry], bool]], ...] = (
        (lambda one: (one.path, one.statement), lambda one: True),
        (lambda one: (PurePosixPath(one.path).parent, one.statement), lambda one: True),
        (lambda one: one.statement, lambda one: gone(one.path)),
    )
    for key, may in rounds:
        matched, left, unmatched = _round(left, unmatched, key, may)
        known += matched
    return Matched(known, [finding for _, finding in unmatched], left)


def _round(
    entries: Sequence[Entry],
    findings: Sequence[tuple[Entry, Finding]],
    key: Callable[[Entry], object],
    may: Callable[[Entry], bool],
) -> tuple[list[tuple[Entry, Finding]], list[Entry], list[tuple[Entry, Finding]]]:
    groups: defaultdict[object, list[int]] = defaultdict(list)
    wanted = {key(one) for one, _ in findings}
    for index, old in enumerate(entries):
        if key(old) in wanted and may(old):
            groups[key(old)].append(index)
    alike: tuple[Callable[[Entry, Entry], bool], ...] = (
        lambda old, now: old.near == now.near and old.fingerprint == now.fingerprint,
        lambda old, now: old.near == now.near,
        lambda old, now: old.fingerprint == now.fingerprint,
        lambda old, now: PurePosixPath(old.path).name == PurePosixPath(now.path).name,
        lambda old, now: True,
    )
    taken: dict[int, int] = {}  # finding -> entry
    for is_alike in alike:
        for at, (now, _) in enumerate(findings):
            free = groups.get(key(now), [])
            found = next((index for index in free if is_alike(entries[index], now)), None) if at not in taken else None
            if found is not None:
                taken[at] = found
                free.remove(found)
    used = set(taken.values())
    return (
        [(entries[index], findings[at][1]) for at, index in sorted(taken.items())],
        [old for index, old in enumerate(entries) if index not in used],
        [finding for at, finding in enumerate(findings) if at not in taken],
    )


class Extent(NamedTuple):
    """What a run has looked at; paths are those of the repository. Only what it looked at can be stale."""

    on: frozenset[str]
    rules: frozenset[str]
    min_confidence: Confidence
    files: frozenset[str]
    partial: frozenset[str]  # files, and directories, whose silence proves nothing
    directories: tuple[str, ...]  # what was searched for files; "." is all of the repository

    def covers(self, one: Entry, *, gone: Callable[[str], bool]) -> bool:
        """Whether a finding like `one` would have been seen."""
        if one.code in self.rules and (one.code not in self.on or one.confidence < self.min_confidence):
            return False
        folder = PurePosixPath(one.path).parent
        if one.path in self.partial or str(folder) in self.partial:
            return False
        if one.path in self.files:
            return True
        return gone(one.path) and any(
            directory in (".", str(folder)) or PurePosixPath(directory) in folder.parents
            for directory in self.directories
        )


def gone_below(root: str) -> Callable[[str], bool]:
    """Whether a path of the repository at `root` is on no disk; each is asked for once."""
    known: dict[str, bool] = {}

    def gone(path: str) -> bool:
        if path not in known:
            name = path.encode("utf-8", "surrogateescape")
            known[path] = not os.path.lexists(os.path.join(os.fsencode(root), name))
        return known[path]

    return gone


def encode(entries: Iterable[Entry]) -> str:
    """The file: JSON, sorted, one entry a block, nothing in it that cannot be seen."""
    listed = [msgspec.to_builtins(one) for one in sorted(entries, key=Entry.order)]
    text = json.dumps({_MARK: VERSION, "findings": listed}, indent=2, ensure_ascii=False)
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def decode(data: bytes) -> list[Entry]:
    """The entries of a file. Raises BaselineError, whose message says what to do."""
    try:
        document: Any = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        if b"<<<<<<<" in data and b">>>>>>>" in data:
            raise BaselineError("it holds conflict markers of a merge: keep the entries of both sides") from None
        where = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BaselineError(f"not a baseline of goleaklint: not JSON{where}") from None
    if not isinstance(document, dict) or _MARK not in document:
        raise BaselineError("not a baseline of goleaklint: `goleaklint baseline write` makes one")
    if document[_MARK] != VERSION:
        raise BaselineError(f"a baseline of version {document[_MARK]!r}, and this goleaklint reads version {VERSION}")
    try:
        return msgspec.convert(document.get("findings"), list[Entry])
    except msgspec.ValidationError as error:
        raise BaselineError(f"damaged: findings: {error}") from None
