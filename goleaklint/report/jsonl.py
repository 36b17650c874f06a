"""`jsonl`: one line for each finding, the object that `json` lists: for streams, `jq` and log collectors."""

from __future__ import annotations

import msgspec

from goleaklint.model import Report
from goleaklint.report import document
from goleaklint.report.formats import Look
from goleaklint.report.sources import Sources

# What some programs take for the end of a line, although JSON does not.
_LINE_ENDS = str.maketrans({"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def render(report: Report, sources: Sources, look: Look) -> str:
    """The lines, in the order of the report."""
    lines = [msgspec.json.encode(document.of(finding)).decode() + "\n" for finding in report.findings]
    return "".join(lines).translate(_LINE_ENDS)
