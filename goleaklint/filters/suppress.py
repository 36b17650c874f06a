"""Takes away the findings that a comment suppresses, and finds the comments that are unused or malformed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from goleaklint.filters import directives, malformed_suppression, unused_suppression
from goleaklint.filters.directives import Directive, Resolve
from goleaklint.model import Finding, Rule

RULES: tuple[Rule, ...] = (unused_suppression.RULE, malformed_suppression.RULE)


def apply(
    findings: Iterable[Finding],
    files: Mapping[str, bytes],
    *,
    resolve: Resolve,
    on: Callable[[str], frozenset[str]],
    partial: frozenset[str] = frozenset(),
) -> tuple[list[Finding], list[Finding]]:
    """(findings that stay, findings that a comment suppresses). `files` are the bytes of the files reported on.

    `on` gives the codes that are on in a file; `partial` are the files whose silence proves nothing.
    """
    by_file: dict[str, list[Finding]] = {path: [] for path in files}
    kept: list[Finding] = []
    suppressed: list[Finding] = []
    for finding in findings:
        by_file.get(finding.span.path, kept).append(finding)
    for path, data in files.items():
        present = [(directive, set[str]()) for directive in directives.read(path, data, resolve)]
        _divide(by_file[path], present, kept, suppressed)
        codes = on(path)
        about: list[Finding] = []
        if malformed_suppression.RULE.code in codes:
            about += malformed_suppression.check(directive for directive, _ in present)
        if unused_suppression.RULE.code in codes and path not in partial:
            about += unused_suppression.check(present, codes, data)
        _divide(about, present, kept, suppressed)
    return kept, suppressed


def _divide(
    findings: Iterable[Finding],
    present: list[tuple[Directive, set[str]]],
    kept: list[Finding],
    suppressed: list[Finding],
) -> None:
    """Put each finding where it belongs, and its code among the used ones of every directive that covers it."""
    for finding in findings:
        covering = [used for directive, used in present if directive.covers(finding.code, finding.span.line)]
        for used in covering:
            used.add(finding.code)
        (suppressed if covering else kept).append(finding)
