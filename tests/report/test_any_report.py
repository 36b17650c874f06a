"""Formats show what they are given: files that have changed since, spans that are nowhere, names that are hostile."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goleaklint.config import FORMATS
from goleaklint.model import Confidence, Finding, Related, Report, Role, Severity, Span, Step
from goleaklint.report import formats
from goleaklint.report.formats import Look

DATA = "package a\n\tch <- 日本\r\n\u202e👍 \t x\n".encode() + b"\xff\xfe\x00`\n" + b"y" * 300
TEXTS = st.text(max_size=12) | st.sampled_from(["\x1b[2J", "\udcff", "[x](1)", "a\nb", "%0A::error::", "word " * 60])
SPANS = st.builds(
    lambda path, line, column, lines, columns: Span(path, line, column, line + lines, column + columns),
    st.sampled_from(["a.go", "none.go"]),
    st.integers(1, 12),
    st.integers(1, 400),
    st.integers(0, 3),
    st.integers(0, 400),
)
FINDINGS = st.builds(
    Finding,
    code=st.just("GLK101"),
    name=st.just("abandoned-send"),
    severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence),
    message=TEXTS,
    span=SPANS,
    function=TEXTS,
    related=st.lists(st.builds(Related, st.sampled_from(Role), SPANS, TEXTS), max_size=12).map(tuple),
    flow=st.lists(st.builds(Step, SPANS, TEXTS), max_size=3).map(tuple),
)


@pytest.mark.parametrize("name", FORMATS)
@given(findings=st.lists(FINDINGS, max_size=3), width=st.integers(1, 200), color=st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_report_can_be_shown(name: str, findings: list[Finding], width: int, color: bool) -> None:
    """No exception, nothing that UTF-8 cannot hold, valid JSON, and nothing that drives the terminal."""
    report = Report(findings=tuple(findings), root="/", given={"a.go": DATA})
    text = formats.render(name, report, Look(color, width))
    assert text.encode() == formats.render(name, report, Look(color, width)).encode()
    if name in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(text)
    elif name == "jsonl":
        assert len([json.loads(line) for line in text.splitlines()]) == len(findings)
    elif not (color and name == "full"):
        assert [character for character in "\x1b\r\x07\u202e\x00" if character in text] == []
    if name in ("checkstyle", "junit"):
        ElementTree.fromstring(text)
    if name in ("concise", "github"):
        assert text.count("\n") == len(findings)
