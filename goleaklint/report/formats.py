"""The formats by name. A format's module is imported when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import NamedTuple

from goleaklint.model import Report
from goleaklint.report.sources import Sources

MODULES: dict[str, str] = {
    "full": "goleaklint.report.full",
    "concise": "goleaklint.report.concise",
    "json": "goleaklint.report.json",
    "sarif": "goleaklint.report.sarif",
    "github": "goleaklint.report.github",
    "gitlab": "goleaklint.report.gitlab",
    "checkstyle": "goleaklint.report.checkstyle",
    "junit": "goleaklint.report.junit",
    "rdjson": "goleaklint.report.rdjson",
    "jsonl": "goleaklint.report.jsonl",
    "grouped": "goleaklint.report.grouped",
    "html": "goleaklint.report.html",
}


class Look(NamedTuple):
    """What the text formats need to know of the place they are shown in."""

    color: bool = False
    width: int = 100


Render = Callable[[Report, Sources, Look], str]


def render(name: str, report: Report, look: Look) -> str:
    """The report in a format: all of it, with a final newline unless it is empty."""
    function: Render = importlib.import_module(MODULES[name]).render
    return function(report, Sources(report), look)
