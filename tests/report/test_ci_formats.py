"""The formats that other programs read, against the rules that their documentation states."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest

from goleaklint.model import Confidence, Edit, Finding, Fix, Report, Severity, Span
from goleaklint.report import formats, gitlab
from goleaklint.report.formats import Look

WORKER = "worker/worker.go"

# docs.gitlab.com/ci/testing/code_quality, "Code quality report format".
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"minimum": 1}}},
                },
            },
        },
    },
}

# github.com/reviewdog/reviewdog, proto/rdf/reviewdog.proto: names and types of its messages.
_POSITION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
}
_RANGE = {"type": "object", "additionalProperties": False, "properties": {"start": _POSITION, "end": _POSITION}}
_LOCATION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["path"],
    "properties": {"path": {"type": "string"}, "range": _RANGE},
}
_STRING = {"type": "string"}
RDJSON = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "source": {"type": "object", "additionalProperties": False, "properties": {"name": _STRING, "url": _STRING}},
        "severity": {"enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"]},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["message", "location"],
                "properties": {
                    "message": _STRING,
                    "location": _LOCATION,
                    "severity": {"enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"]},
                    "code": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {"value": _STRING, "url": _STRING},
                    },
                    "suggestions": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": {"range": _RANGE, "text": _STRING},
                        },
                    },
                    "original_output": _STRING,
                    "related_locations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": {"message": _STRING, "location": _LOCATION},
                        },
                    },
                },
            },
        },
    },
}


def send(report: Report) -> Finding:
    """The finding that has everything."""
    return report.findings[3]


def rendered(name: str, report: Report) -> str:
    return formats.render(name, report, Look())


def valid(name: str, report: Report, schema: dict[str, Any]) -> Any:
    document = json.loads(rendered(name, report))
    jsonschema.Draft7Validator(schema).validate(document)
    return document


def test_gitlab(report: Report) -> None:
    """Every entry has what GitLab wants, paths are the repository's, and no fingerprint is there twice."""
    entries = valid("gitlab", report, GITLAB)
    assert [(one["location"]["path"], one["severity"]) for one in entries] == [
        ("größe x/größe.go", "major"),
        ("größe x/größe.go", "info"),
        ("worker/pool.go", "minor"),
        ("worker/worker.go", "critical"),
    ]
    assert [one["fingerprint"] for one in entries] == [finding.fingerprint for finding in report.findings]
    assert valid("gitlab", Report(), GITLAB) == []


def test_gitlab_folds_equal_fingerprints(report: Report) -> None:
    """So there are none, even when findings have the same one."""
    twice = msgspec.structs.replace(report, findings=(send(report), send(report), send(report)))
    prints = [one["fingerprint"] for one in valid("gitlab", twice, GITLAB)]
    assert prints == [send(report).fingerprint, f"{send(report).fingerprint}-2", f"{send(report).fingerprint}-3"]


@pytest.mark.parametrize(
    ("severity", "confidence", "word"),
    [
        (Severity.ERROR, Confidence.LOW, "critical"),
        (Severity.WARNING, Confidence.VERY_HIGH, "major"),
        (Severity.WARNING, Confidence.MEDIUM, "minor"),
        (Severity.NOTE, Confidence.HIGH, "info"),
    ],
)
def test_gitlab_severities(report: Report, severity: Severity, confidence: Confidence, word: str) -> None:
    """A warning is major when it is sure."""
    assert gitlab.severity(msgspec.structs.replace(send(report), severity=severity, confidence=confidence)) == word


def test_rdjson(report: Report) -> None:
    """Nothing that reviewdog does not know; byte columns; related places."""
    diagnostics = valid("rdjson", report, RDJSON)["diagnostics"]
    assert diagnostics[0]["location"]["range"] == {
        "start": {"line": 4, "column": 110},
        "end": {"line": 4, "column": 132},
    }
    assert [one["severity"] for one in diagnostics] == ["WARNING", "INFO", "WARNING", "ERROR"]
    assert [len(one.get("related_locations", [])) for one in diagnostics] == [1, 0, 2, 4]
    assert valid("rdjson", Report(), RDJSON)["diagnostics"] == []


@pytest.mark.parametrize(("safe", "edits", "suggested"), [(True, 1, True), (True, 2, False), (False, 1, False)])
def test_rdjson_suggestions(report: Report, safe: bool, edits: int, suggested: bool) -> None:
    """A safe fix that is one edit: somebody may accept it with a click, and then it is all there is."""
    fix = Fix((Edit(Span(WORKER, 9, 28, 9, 28), ", 1"),) * edits, safe, "give it room")
    one = msgspec.structs.replace(report, findings=(msgspec.structs.replace(send(report), fix=fix),))
    (diagnostic,) = valid("rdjson", one, RDJSON)["diagnostics"]
    place = {"line": 9, "column": 28}
    assert diagnostic.get("suggestions") == (
        [{"range": {"start": place, "end": place}, "text": ", 1"}] if suggested else None
    )


def test_checkstyle(report: Report) -> None:
    """Files, and errors with a place, a severity of Checkstyle's, a message and a source."""
    root = ElementTree.fromstring(rendered("checkstyle", report))
    assert (root.tag, [file.get("name") for file in root]) == (
        "checkstyle",
        ["größe x/größe.go", "worker/pool.go", "worker/worker.go"],
    )
    errors = list(root.iter("error"))
    assert [(one.get("line"), one.get("column"), one.get("severity")) for one in errors] == [
        ("4", "110", "warning"),
        ("6", "3", "info"),
        ("5", "27", "warning"),
        ("18", "3", "error"),
    ]
    assert errors[0].get("message") == 'send on wörter["日本"] blocks for ever'
    assert {one.get("source") for one in errors} == {
        "goleaklint.GLK101.abandoned-send",
        "goleaklint.GLK202.forever-select",
    }


def test_junit(report: Report) -> None:
    """The counts are those of the tests that are there; no name is there twice, and none holds a line number."""
    twice = msgspec.structs.replace(
        report, findings=(*report.findings, msgspec.structs.replace(send(report), fingerprint=""))
    )
    root = ElementTree.fromstring(rendered("junit", twice))
    assert (root.tag, root.get("tests"), root.get("failures"), root.get("errors")) == ("testsuites", "7", "5", "0")
    suites = [
        (suite.get("name"), suite.get("tests"), suite.get("failures"), suite.get("skipped"), len(suite))
        for suite in root
    ]
    assert suites == [
        ("größe x/größe.go", "2", "2", "0", 2),
        ("worker/pool.go", "1", "1", "0", 1),
        ("worker/worker.go", "2", "2", "0", 2),
        ("goleaklint diagnostics", "2", "0", "2", 2),
    ]
    cases = list(root.iter("testcase"))
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
    assert cases[3].get("name") == (
        "GLK101 abandoned-send: send on done blocks for ever once the timeout has won in worker.Run.func1"
    )
    failure = cases[3].find("failure")
    assert failure is not None
    assert (failure.text or "").splitlines()[:2] == [
        "worker/worker.go:18:3: send on done blocks for ever once the timeout has won (high confidence)",
        "  worker/worker.go:9: done is made here, without a buffer",
    ]


def test_junit_of_a_clean_run() -> None:
    """One test that passed: a report without tests is a broken one to many servers."""
    root = ElementTree.fromstring(rendered("junit", Report()))
    assert (root.get("tests"), root.get("failures")) == ("1", "0")
    assert [[child.tag for child in case] for case in root.iter("testcase")] == [[]]


def test_jsonl_is_what_json_lists(report: Report) -> None:
    """Each line is one of its findings."""
    lines = rendered("jsonl", report).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(rendered("json", report))["findings"]


def test_statistics_in_json(report: Report) -> None:
    """How many findings each rule has, the most first."""
    assert json.loads(rendered("json", report))["statistics"] == [
        {"code": "GLK101", "findings": 3},
        {"code": "GLK202", "findings": 1},
    ]


class Page(HTMLParser):
    """The elements of a page, with what they point at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


HOSTILE = "</pre></style><script>hit()</script><img src=x onerror=hit()>\"'&\x00\u202e\ufffe"


def test_the_page_runs_and_loads_nothing(report: Report) -> None:
    """The policy allows its own style only, and there is nothing that it would have to stop."""
    hostile = msgspec.structs.replace(
        send(report),
        message=HOSTILE,
        function=HOSTILE,
        span=send(report).span._replace(path=HOSTILE.replace("\0", "")),
        code=HOSTILE,
    )
    text = rendered("html", msgspec.structs.replace(report, findings=(*report.findings, hostile)))
    page = Page(text)
    assert page.tags & {"script", "img", "link", "iframe", "object", "form", "base", "svg"} == set()
    assert [name for name, _ in page.attributes if name.startswith("on") or name in ("style", "src")] == []
    assert {value for name, value in page.attributes if name == "href" and not (value or "").startswith("#f")} == set()
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" in text
    assert [character for character in "\x00\u202e\ufffe" if character in text] == []


def test_links_of_the_page_lead_somewhere(report: Report) -> None:
    """Each finding can be linked to, and each rule leads to its first finding."""
    page = Page(rendered("html", report))
    places = {f"#{value}" for name, value in page.attributes if name == "id"}
    assert {value for name, value in page.attributes if name == "href"} == places == {"#f1", "#f2", "#f3", "#f4"}
