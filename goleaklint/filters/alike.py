"""One problem is one finding: what a general rule and a special one say of one line, the special one tells."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from goleaklint.model import Finding

GENERAL = frozenset({"GLK303", "GLK401"})
"""Rules that tell what any rule of their family (codes that begin alike) may tell more exactly."""

FAMILY = len("GLK4")


def told_once(findings: Iterable[Finding]) -> list[Finding]:
    """Without what a general rule says of a line of which a special one speaks.

    The special finding gets the confidence of the surest, and the related places of all.
    """
    alike: dict[tuple[str, int, str], list[Finding]] = {}
    for finding in findings:
        alike.setdefault((finding.span.path, finding.span.line, finding.code[:FAMILY]), []).append(finding)
    return [kept for group in alike.values() for kept in _special(group)]


def _special(group: list[Finding]) -> list[Finding]:
    kept = [finding for finding in group if finding.code not in GENERAL]
    general = [finding for finding in group if finding.code in GENERAL]
    if not kept or not general:
        return group
    first = kept[0]
    places = {first.span, *(related.span for related in first.related)}
    more = [related for finding in general for related in finding.related if related.span not in places]
    first = msgspec.structs.replace(
        first,
        confidence=max(finding.confidence for finding in (first, *general)),
        related=(*first.related, *dict.fromkeys(more)),
    )
    return [first, *kept[1:]]
