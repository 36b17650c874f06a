"""Which finding of `goleaklint check` tells of the goroutines of a bucket."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from goleaklint.dump.account import How, Match, Prediction, Site
from goleaklint.dump.goroutines import UNKNOWN, Bucket
from goleaklint.dump.symbols import split_symbol
from goleaklint.dump.verdict import wait_reasons
from goleaklint.model import Finding, Role, Rule, Span


def predict(
    bucket: Bucket,
    creation: Site | None,
    block: Site | None,
    findings: Iterable[Finding],
    rules: Sequence[Rule],
    candidates: Sequence[Site] = (),
) -> Prediction | None:
    """The best finding, by which of its lines meet the bucket's; None when none does.

    The bucket's wait reason must be one of those that the finding's rule declares; a rule that declares none must meet
    both lines. A finding that meets only the creation must be in the same function as well, and one that names another
    creation comes after all others. Last come those that meet a candidate. Where a profile hides the reason, the
    blocked line must be met. (docs/places.md says the same to users.)
    """
    reasons = wait_reasons(bucket.reason, bucket.stack)
    declared = {rule.code: frozenset(rule.wait_reasons) for rule in rules}
    best: tuple[tuple[object, ...], Prediction] | None = None
    for finding in findings:
        match = _match(finding, creation, block, candidates)
        if match is None:
            continue
        wanted = declared.get(finding.code, frozenset())
        if bucket.reason == UNKNOWN:
            if match not in (Match.BOTH, Match.BLOCK):
                continue  # the line must tell what the reason would
        elif wanted.isdisjoint(reasons) and (wanted or match is not Match.BOTH):
            continue
        elsewhere = block is None or finding.span[1:3] != block.span[1:3]  # two operations can stand on one line
        order = (list(Match).index(match), _contradicts(finding, creation), elsewhere, *_surest(finding))
        if best is None or order < best[0]:
            best = order, Prediction(finding=finding, match=match)
    return best[1] if best else None


def _match(finding: Finding, creation: Site | None, block: Site | None, candidates: Sequence[Site]) -> Match | None:
    spans = [finding.span, *(place.span for place in finding.related if place.role in (Role.CREATION, Role.BLOCKS))]
    at_creation = any(_meets(span, creation) for span in spans)
    at_block = any(_meets(span, block) for span in spans)
    if at_creation and at_block:
        return Match.BOTH
    if at_block:
        return Match.BLOCK
    if at_creation and _same_function(finding, creation, block):
        return Match.CREATION
    if any(_meets(span, site) for span in spans for site in candidates):
        return Match.CANDIDATE
    return None


def _meets(span: Span, site: Site | None) -> bool:
    if site is None or site.how is How.LOST:
        return False
    return (
        os.path.normpath(span.path) == os.path.normpath(site.span.path) and span.line <= site.span.line <= span.end_line
    )


def _same_function(finding: Finding, creation: Site | None, block: Site | None) -> bool:
    name = split_symbol(finding.function)[1]
    return any(site is not None and split_symbol(site.function)[1] == name for site in (creation, block))


def _contradicts(finding: Finding, creation: Site | None) -> bool:
    """It names creations, and none of them is the bucket's: the operation is shared by several goroutines."""
    spans = [place.span for place in finding.related if place.role is Role.CREATION]
    return bool(spans) and creation is not None and not any(_meets(span, creation) for span in spans)


def _surest(finding: Finding) -> tuple[object, ...]:
    return (
        -list(type(finding.confidence)).index(finding.confidence),
        -list(type(finding.severity)).index(finding.severity),
        *finding.sort_key(),
    )
