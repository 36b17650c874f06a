"""The whole output of every format on one small project; GOLDEN=write makes it anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from goleaklint.config import FORMATS
from goleaklint.model import Report
from goleaklint.report import formats
from goleaklint.report.formats import Look

GOLDEN = Path(__file__).parent / "golden"

CASES = {name: (name, Look()) for name in FORMATS} | {
    "full-narrow": ("full", Look(width=48)),
    "full-color": ("full", Look(color=True)),
}


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, report: Report) -> None:
    """Each format shows all findings, and hostile text as escapes."""
    name, look = CASES[case]
    text = formats.render(name, report, look)
    path = GOLDEN / f"{case}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_every_format_is_there() -> None:
    """The configuration accepts the formats that exist."""
    assert tuple(formats.MODULES) == FORMATS


@pytest.mark.parametrize("name", ["full", "concise", "github", "grouped", "jsonl"])
def test_an_empty_report_is_empty(name: str) -> None:
    """Text formats say nothing when there is nothing."""
    assert formats.render(name, Report(), Look()) == ""


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_hostile_gets_through(name: str, report: Report) -> None:
    """No control character of a name in the source reaches the output."""
    text = formats.render(name, report, Look())
    allowed = "\u202e" if name in ("json", "jsonl") else ""  # programs get names as they are
    hostile = "\x1b\x07\u202e\r\udcff".replace(allowed or "\0", "")
    assert [character for character in hostile if character in text] == []
