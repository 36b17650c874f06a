"""`check --dump`: how many goroutines of a dump are stuck as each finding says. What is stuck most comes first.

Several dumps are counted together, as of several processes of one program.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

import click
import msgspec

from goleaklint.dump.account import Account
from goleaklint.dump.goroutines import Dump, Verdict
from goleaklint.model import Finding, Live, Report, Span
from goleaklint.report.sources import visible

_BLOCKED = frozenset({Verdict.LEAK, Verdict.CANDIDATE})


def read(paths: Sequence[str]) -> Sequence[Dump]:
    """The dumps; what cannot be read is said on standard error. Raises ClickException when nothing can."""
    if not paths:
        return ()
    from goleaklint.cli.dump import _read_all

    dumps, unread = _read_all(paths)
    for path, message in unread:
        click.echo(f"goleaklint: {visible(path)}: {visible(message)}", err=True)
    if not dumps:
        raise click.ClickException("no dump could be read")
    return dumps


def counted(report: Report, dumps: Sequence[Dump], paths: Sequence[str]) -> Report:
    """The report, its findings with their goroutines, those with most first; as it is without dumps."""
    if not dumps:
        return report
    from goleaklint.correlate.account import correlate
    from goleaklint.correlate.repository import Repository

    placed = [absolute(finding) for finding in report.findings]
    accounts = correlate(dumps, Repository(_root(paths)), lambda _: (placed, report.rules))
    seen: Counter[int] = Counter()
    for account in accounts:
        for group in account.groups:
            if group.prediction is not None:
                seen[id(group.prediction.finding)] += group.bucket.count
    findings = [
        msgspec.structs.replace(finding, goroutines=seen[id(there)])
        for finding, there in zip(report.findings, placed, strict=True)
    ]
    findings.sort(key=lambda finding: (-(finding.goroutines or 0), finding.sort_key()))
    return msgspec.structs.replace(report, findings=tuple(findings), live=_live(accounts))


def _live(accounts: Sequence[Account]) -> Live:
    groups = [
        group.bucket
        for account in accounts
        for group in account.groups
        if group.prediction is None and group.bucket.verdict in _BLOCKED
    ]
    return Live(
        goroutines=sum(account.dump.total for account in accounts),
        unexplained_groups=len(groups),
        unexplained_goroutines=sum(bucket.count for bucket in groups),
    )


def absolute(finding: Finding) -> Finding:
    """With absolute paths: from inside of a module, a repository and a check write one file in two ways."""
    related = tuple(place._replace(span=_placed(place.span)) for place in finding.related)
    return msgspec.structs.replace(finding, span=_placed(finding.span), related=related)


def _placed(span: Span) -> Span:
    return span._replace(path=os.path.abspath(span.path).replace(os.sep, "/"))


def _root(paths: Sequence[str]) -> str:
    """The directory that all paths are in, absolute."""
    common = os.path.commonpath([os.path.abspath(path) for path in paths])
    return common if os.path.isdir(common) else os.path.dirname(common)
