"""What is said of a dump beside a repository: each bucket with its places in the checkout, and its finding.

correlate/ makes these values and report/ prints them; neither may import the other, so the values stand here. They hold
names, lines and text, no Go syntax.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from goleaklint.dump.goroutines import Bucket, Dump
from goleaklint.model import Diagnostic, Finding, Span


class How(StrEnum):
    """How a place of a dump was found in the checkout."""

    LINE = "line"  # the line that the dump names holds what it should
    MOVED = "moved"  # the source has changed: found again by the function's name
    HELPER = "helper"  # the go statement is in a helper: the repository's call that led there
    ROOT = "root"  # the dump names no creation: by the function that the goroutine began with
    CANDIDATE = "candidate"  # one of the calls that can have led to the goroutine
    LOST = "lost"  # the source has changed, and nothing like it is in the function that the dump names


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the checkout. `function` is Go's name of the function around it, `statement` its first line of source.

    `dump_line` is the line that the dump names, which differs from the span's where the source has moved. `then` is the
    place in the revision that the program was built from, where that is known.
    """

    span: Span
    function: str
    statement: str
    how: How
    dump_line: int
    note: str = ""
    then: Span | None = None


class Match(StrEnum):
    """Which lines of a finding met those of a bucket, the strongest first."""

    BOTH = "block and creation"
    BLOCK = "block"
    CREATION = "creation"
    CANDIDATE = "candidate"  # one of the calls that can have led to the goroutines


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """The finding of `goleaklint check` that tells of the goroutines of a bucket, and what its rule says to change."""

    finding: Finding
    match: Match
    fix: str = ""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One bucket and what the checkout says of it; None where it says nothing.

    `handed_over` is the call that gave the function to a `creation` that starts whatever it is given. `candidates` are
    calls that can have led to the goroutines where nothing tells which did; then there is no `creation`. `partners` are
    the operations that could wake them; they are looked for where no finding says more.
    """

    bucket: Bucket
    creation: Site | None = None
    handed_over: Site | None = None
    candidates: tuple[Site, ...] = ()
    block: Site | None = None
    prediction: Prediction | None = None
    partners: tuple[Site, ...] = ()


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One dump beside one repository. Groups are in the order of the buckets: most certain, then biggest first.

    `revision` is the commit in which the places were looked for first, "" for the files as they are.
    """

    dump: Dump
    repository: str
    groups: tuple[Group, ...]
    revision: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
