"""What a general rule and a special one say of one line, the special one tells."""

from __future__ import annotations

import msgspec

from goleaklint.filters import alike
from goleaklint.model import Confidence, Finding, Related, Role, Severity, Span

MADE = Related(Role.MADE, Span("a.go", 1, 1, 1, 2), "made here")
HELD = Related(Role.BLOCKS, Span("a.go", 2, 1, 2, 2), "held here")


def finding(code: str, confidence: Confidence, line: int = 3, related: tuple[Related, ...] = ()) -> Finding:
    return Finding(
        code=code,
        name=code.lower(),
        severity=Severity.ERROR,
        confidence=confidence,
        message="message",
        span=Span("a.go", line, 1, line, 2),
        related=related,
    )


def test_the_special_rule_tells_it() -> None:
    """As surely as the general one, and with its places; other lines and families stay."""
    general = finding("GLK401", Confidence.HIGH, related=(MADE, HELD))
    special = finding("GLK402", Confidence.MEDIUM, related=(HELD,))
    elsewhere, other = finding("GLK401", Confidence.LOW, line=4), finding("GLK301", Confidence.LOW)
    told = msgspec.structs.replace(special, confidence=Confidence.HIGH, related=(HELD, MADE))
    assert alike.told_once([general, special, elsewhere, other]) == [told, elsewhere, other]


def test_two_findings_of_one_rule_stay() -> None:
    """So do two special rules that speak about one line, and a general one alone."""
    one, two = finding("GLK401", Confidence.HIGH), finding("GLK401", Confidence.LOW)
    assert alike.told_once([one, two]) == [one, two]
    one, two = finding("GLK402", Confidence.HIGH), finding("GLK403", Confidence.LOW)
    assert alike.told_once([one, two]) == [one, two]
