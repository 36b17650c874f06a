"""The baseline and a report: which findings are accepted, and which entries are found no more."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from goleaklint import driver
from goleaklint.config import Config
from goleaklint.filters import baseline
from goleaklint.filters.baseline import BaselineError, Entry, Extent, Matched
from goleaklint.model import Report
from goleaklint.report.sources import Sources, decoded


class Compared(NamedTuple):
    """A report against a baseline. `stale` and `unseen` are the entries without a finding: looked for, and not."""

    matched: Matched
    stale: list[Entry]
    unseen: list[Entry]
    now: dict[str, list[Entry]]  # what the findings are as entries, `known` in the order of `matched`, and `new`


def read(path: Path) -> list[Entry]:
    """The entries of a baseline. Raises BaselineError, whose message names the file."""
    try:
        return baseline.decode(path.read_bytes())
    except FileNotFoundError:
        raise BaselineError(
            f"{path}: no such baseline; `goleaklint baseline write --baseline {path}` makes it"
        ) from None
    except OSError as error:
        raise BaselineError(f"{path}: {error.strerror}") from None
    except BaselineError as error:
        raise BaselineError(f"{path}: {error}") from None


def compare(report: Report, entries: Sequence[Entry], config: Config, paths: Sequence[str]) -> Compared:
    """What of a report on `paths` the entries know, and which of them have no finding any more."""
    sources = Sources(report)
    root = report.root or "."

    def local(path: str) -> str:
        return decoded(Path(os.path.relpath(path, root)).as_posix())

    findings = [(baseline.entry(one, line=sources.line, local=local), one) for one in report.findings]
    gone = baseline.gone_below(root)
    matched = baseline.match(entries, findings, gone=gone)
    extent = Extent(
        on=report.on,
        rules=frozenset(rule.code for rule in report.rules),
        min_confidence=config.min_confidence,
        files=frozenset(map(local, report.files)),
        partial=frozenset(local(item.path) for item in report.diagnostics if item.kind in driver.PARTIAL_KINDS),
        directories=tuple(local(path) for path in paths if os.path.isdir(path)),
    )
    stale = [one for one in matched.left if extent.covers(one, gone=gone)]
    kept = {id(one) for one in stale}
    by_finding = {id(finding): one for one, finding in findings}
    return Compared(
        matched,
        stale,
        [one for one in matched.left if id(one) not in kept],
        {
            "known": [by_finding[id(finding)] for _, finding in matched.known],
            "new": [by_finding[id(finding)] for finding in matched.new],
        },
    )


def without(report: Report, entries: Sequence[Entry], config: Config, paths: Sequence[str]) -> Report:
    """The report without what the baseline knows; its statistics say how many that were, and what is stale."""
    compared = compare(report, entries, config, paths)
    new = {id(finding) for finding in compared.matched.new}
    stats = msgspec.structs.replace(report.stats, baselined=len(compared.matched.known), stale=len(compared.stale))
    return msgspec.structs.replace(
        report, findings=tuple(finding for finding in report.findings if id(finding) in new), stats=stats
    )
