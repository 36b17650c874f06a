"""Whether the exploration already tells what a rule about fields has found: one problem is one finding."""

from __future__ import annotations

from collections.abc import Collection

from goleaklint.explore.package import Package
from goleaklint.explore.story import confidence_of, span_of
from goleaklint.facts.fields import Use
from goleaklint.model import Confidence


def is_new(package: Package, use: Use, kinds: Collection[str]) -> bool:
    """Whether the use is in a file of the report, and no goroutine is known to be stuck on its line."""
    if use.known.file.path not in package.facts.unit.report:
        return False
    place = (use.span.path, use.span.line)
    return not any(
        (span.path, span.line) == place and confidence_of(stuck) > Confidence.LOW
        for stuck in package.stuck(kinds)
        for span in (span_of(stuck.op.place),)
    )
