"""Frozen values that every layer shares: spans, rules, findings, diagnostics.

Lines and columns count from 1; columns are byte columns. An end column is the column *after* the last byte.
"""

from __future__ import annotations

from enum import StrEnum
from functools import total_ordering
from typing import NamedTuple

import msgspec


@total_ordering
class _Ordered(StrEnum):
    """A StrEnum whose members are ordered as they are declared, least first."""

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        members = list(type(self))
        return members.index(self) < members.index(other)

    def __le__(self, other: object) -> bool:
        return self == other or self < other

    def __gt__(self, other: object) -> bool:
        return not self <= other

    def __ge__(self, other: object) -> bool:
        return not self < other


class Severity(_Ordered):
    """How bad a finding is if it is true."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class Confidence(_Ordered):
    """How sure the analysis is that a finding is true (GitHub's words for precision)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very-high"


class Role(StrEnum):
    """What a related place of a finding is: it decides the wording and the SARIF `properties.role`."""

    CREATION = "creation"  # the go statement that makes the goroutine
    BLOCKS = "blocks"  # another place at which a goroutine blocks for the same reason
    EXIT = "exit"  # the way out on which nothing releases the goroutine
    MADE = "made"  # where the channel, WaitGroup or context is made
    HELD = "held"  # where the lock that is held was taken
    PARTNER = "partner"  # the operation that should have released the goroutine


class Span(NamedTuple):
    """A region of one file. `path` is as given to the program, with `/` on every system."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Related(NamedTuple):
    """A place that explains a finding; `message` reads as a phrase, lower case, no full stop."""

    role: Role
    span: Span
    message: str


class Step(NamedTuple):
    """One step of the story of a finding, in the order in which it happens at run time."""

    span: Span
    message: str


class Edit(NamedTuple):
    """The text that takes the place of a span; an insertion has an empty span. Line ends are `\\n`."""

    span: Span
    text: str


class Fix(NamedTuple):
    """Edits of the file of a finding that take the leak away; a `safe` one changes nothing else that the code does.

    `digest` is that of the bytes that the edits are made for.
    """

    edits: tuple[Edit, ...]
    safe: bool
    message: str
    digest: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a rule holds.

    `function` is Go's own name of the function that holds the primary span (`pkg.(*T).Method.func1`), or "".
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    span: Span
    function: str = ""
    related: tuple[Related, ...] = ()
    flow: tuple[Step, ...] = ()
    fingerprint: str = ""  # its name across runs, given by filters/fingerprint.py: no line number in it
    goroutines: int | None = None  # how many of the dumps given to the run are stuck this way; None without a dump
    fix: Fix | None = None

    def sort_key(self) -> tuple[Span, str, str]:
        """Path, line, column, code: the order of every report."""
        return (self.span, self.code, self.message)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What a file in rules/ promises. `doc` is the rule file's docstring, filled in by the catalog."""

    code: str
    name: str
    severity: Severity
    confidence: Confidence = Confidence.HIGH  # the usual confidence of its findings, for the catalogue
    since: str
    wait_reasons: tuple[str, ...] = ()  # what a goroutine leaked this way shows in a dump, in the runtime's words
    go: str = ""  # Go version range the rule applies to, such as "<1.23"; "" is every version
    preview: bool = False
    fixable: bool = False
    fix: str = ""  # what to change, in one phrase that begins with a verb
    doc: str = ""

    @property
    def title(self) -> str:
        """The first line of the documentation."""
        return self.doc.strip().partition("\n")[0]


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """goleaklint's own trouble with its input. `kind` is one of the words below; `line` is 0 when none is known.

    kinds: unreadable, binary, partly-parsed, over-budget, bad-config, bad-directive, cache, dump, drift, internal
    """

    path: str
    line: int = 0
    kind: str
    message: str


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """What a run looked at. `skipped` counts what it did not look at, by reason."""

    files: int = 0
    lines: int = 0
    packages: int = 0
    suppressed: int = 0
    baselined: int = 0  # findings not shown because the baseline has them
    stale: int = 0  # entries of the baseline that are not found any more
    old: int = 0  # findings not shown because none of their places is new
    skipped: dict[str, int] = {}


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """What the dumps given to a run hold: all goroutines, and the blocked ones, in groups, that no finding tells of."""

    goroutines: int
    unexplained_groups: int
    unexplained_goroutines: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of one run: everything that a format may show, sorted; with dumps, what most goroutines show first.

    `rules` are all rules of the catalog, `on` the codes of those that were on. `root` is the absolute path of the
    repository, which SARIF's addresses are relative to; `given` holds the bytes of files that are on no disk (stdin).
    `files` are the files that findings were looked for in; `unsure` are the findings below the confidence asked for,
    which no format shows: a fix must not leave one behind.
    """

    findings: tuple[Finding, ...] = ()
    unsure: tuple[Finding, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    rules: tuple[Rule, ...] = ()
    on: frozenset[str] = frozenset()
    stats: Stats = Stats()
    root: str = ""
    given: dict[str, bytes] = {}
    files: frozenset[str] = frozenset()
    live: Live | None = None
