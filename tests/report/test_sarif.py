"""SARIF: valid against the 2.1.0 schema, and within the limits of GitHub code scanning.

`sarif-schema-2.1.0.json` is OASIS's schema, errata 01 (docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas),
copied unchanged; Copyright (c) OASIS Open 2023, all rights reserved; OASIS lets it be copied with this notice.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from goleaklint.model import Confidence, Diagnostic, Finding, Related, Report, Role, Rule, Severity, Span, Step
from goleaklint.report import formats, sarif
from goleaklint.report.formats import Look

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))


def run_of(report: Report) -> dict[str, Any]:
    """The only run of the rendered report, which is valid."""
    log = json.loads(formats.render("sarif", report, Look()))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def finding(line: int, severity: Severity = Severity.WARNING, confidence: Confidence = Confidence.HIGH) -> Finding:
    return Finding(
        code="GLK101",
        name="abandoned-send",
        severity=severity,
        confidence=confidence,
        message="m",
        span=Span("a.go", line, 1, line, 2),
    )


def empty_strings(value: Any, path: str = "") -> list[str]:
    """The paths of empty strings: GitHub counts them as missing."""
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in empty_strings(item, f"{path}.{key}")]
    if isinstance(value, list):
        return [found for item in value for found in empty_strings(item, f"{path}[]")]
    return [path] if value == "" else []


def test_valid(report: Report) -> None:
    """The report with everything in it is valid, and holds no empty string."""
    assert empty_strings(run_of(report)) == []


def test_valid_when_empty() -> None:
    """A clean run is a valid run without results."""
    assert run_of(Report(root="/"))["results"] == []


def test_all_rules_are_declared_once(report: Report) -> None:
    """Every rule of the catalog, found or not, and each result points at its own."""
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["GLK101", "GLK202"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [f["ruleId"] for f in run["results"]]
    assert [rule["properties"]["waitReasons"] for rule in rules] == [
        ["chan send", "chan send (nil chan)"],
        ["select (no cases)"],
    ]
    assert [rule["properties"]["problem.severity"] for rule in rules] == ["error", "recommendation"]
    assert all(rule[key]["text"] for rule in rules for key in ("shortDescription", "fullDescription", "help"))


def test_columns_are_utf16_units(report: Report) -> None:
    """The end column is the column after the end; a character beyond the basic plane counts twice."""
    line = (Path(report.root) / "größe x/größe.go").read_text(encoding="utf-8").split("\n")[3]
    region = run_of(report)["results"][0]["locations"][0]["physicalLocation"]["region"]
    units = line.encode("utf-16-le")
    text = units[2 * (region["startColumn"] - 1) : 2 * (region["endColumn"] - 1)].decode("utf-16-le")
    assert text == 'wörter["日本"] <- 1'


def test_addresses_are_relative_and_encoded(report: Report, tmp_path: Path) -> None:
    """Relative to the repository; a file outside of it has an absolute address."""
    run = run_of(report)
    assert [place["artifactLocation"]["uri"] for place in physical(run)] == [
        "gr%C3%B6%C3%9Fe%20x/gr%C3%B6%C3%9Fe.go",
        "gr%C3%B6%C3%9Fe%20x/gr%C3%B6%C3%9Fe.go",
        "worker/pool.go",
        "worker/worker.go",
    ]
    elsewhere = msgspec.structs.replace(report, root=tmp_path.as_posix())
    uris = [place["artifactLocation"]["uri"] for place in physical(run_of(elsewhere))]
    assert uris[2] == "file://" + Path("worker/pool.go").resolve().as_posix()


def test_symlinks_are_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path through a link is the address of what it points at."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.go").write_text("package a\n")
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    linked = msgspec.structs.replace(finding(1), span=Span("link/a.go", 1, 1, 1, 2))
    run = run_of(Report(findings=(linked,), root=tmp_path.as_posix()))
    assert [place["artifactLocation"]["uri"] for place in physical(run)] == ["real/a.go"]


def physical(run: dict[str, Any]) -> list[dict[str, Any]]:
    return [result["locations"][0]["physicalLocation"] for result in run["results"]]


def test_related_places_are_linked_from_the_message(report: Report) -> None:
    """Brackets of the text itself are escaped, so that they make no link."""
    run = run_of(report)
    assert [result["message"]["text"] for result in run["results"]] == [
        'send on wörter\\["日本"\\] blocks for ever ([the goroutine starts here](1))',
        "select {} in \\\\x1b\\[31m\\\\u202e\\[x\\](1) \\\\ 100%: a,b\\\\x0ablocks \\\\xff",
        "nobody receives from jobs ([made here](1), [called in the goroutine made here](2))",
        "send on done blocks for ever once the timeout has won ([done is made here, without a buffer](1), "
        "[the goroutine starts here](2), [this return leaves nobody who receives from done](3), "
        "[and so does this one](4))",
    ]
    places = run["results"][3]["relatedLocations"]
    assert [(place["id"], place["properties"]["role"]) for place in places] == [
        (1, "made"),
        (2, "creation"),
        (3, "exit"),
        (4, "exit"),
    ]


def test_the_story_is_a_code_flow(report: Report) -> None:
    """As the rule tells it, else from the creation to the block; a finding without one has none."""
    flows = [result.get("codeFlows") for result in run_of(report)["results"]]
    told = [
        flow and [step["location"]["message"]["text"] for step in flow[0]["threadFlows"][0]["locations"]]
        for flow in flows
    ]
    assert told == [
        ["the goroutine starts here", 'send on wörter["日本"] blocks for ever'],
        None,
        ["made here", "called in the goroutine made here", "nobody receives from jobs"],
        ["the goroutine starts here", "the function returns", "nobody receives"],
    ]


def test_fingerprints(report: Report) -> None:
    """GitHub's line hash, and our own under another name."""
    assert [result["partialFingerprints"]["goleaklint/v1"] for result in run_of(report)["results"]] == [
        f.fingerprint for f in report.findings
    ]
    assert {len(result["partialFingerprints"]) for result in run_of(report)["results"]} == {2}


def test_diagnostics_are_notifications(report: Report) -> None:
    """What could not be analysed is told, with the place."""
    notifications = run_of(report)["invocations"][0]["toolExecutionNotifications"]
    assert [(item["descriptor"]["id"], item["level"], item["message"]["text"]) for item in notifications] == [
        ("unreadable", "error", "permission denied"),
        ("partly-parsed", "note", "1 declaration could not be parsed"),
    ]
    places = [item["locations"][0]["physicalLocation"] for item in notifications]
    assert places == [
        {"artifactLocation": {"uri": "worker/bad%20file.go"}},
        {"artifactLocation": {"uri": "worker/worker.go"}, "region": {"startLine": 12}},
    ]


def test_the_least_important_results_are_cut() -> None:
    """At 5,000 results GitHub keeps the worst; what is cut is counted."""
    many = [finding(line) for line in range(1, 4999)]
    worst = [finding(9001, Severity.ERROR, Confidence.MEDIUM), finding(9002, Severity.WARNING, Confidence.VERY_HIGH)]
    least = [finding(9003, Severity.NOTE), finding(9004, Severity.WARNING, Confidence.LOW)]
    run = run_of(Report(findings=(*many, *worst, *least), root="/"))
    lines = [place["region"]["startLine"] for place in physical(run)]
    assert lines == [*range(1, 4999), 9001, 9002]
    assert [item["message"]["text"] for item in run["invocations"][0]["toolExecutionNotifications"]] == [
        "2 results of least severity and precision were left out: code scanning keeps 5000"
    ]


def test_places_and_steps_are_cut() -> None:
    """Of a result GitHub keeps 100 related places and 1,000 steps; that some are left out is said."""
    places = tuple(Related(Role.BLOCKS, Span("a.go", line, 1, line, 2), "m") for line in range(1, 102))
    steps = tuple(Step(Span("a.go", line, 1, line, 2), f"s{line}") for line in range(1, 1003))
    one = msgspec.structs.replace(finding(1), related=places, flow=steps)
    run = run_of(Report(findings=(one, finding(2)), root="/"))
    (result, _) = run["results"]
    told = [step["location"]["message"]["text"] for step in result["codeFlows"][0]["threadFlows"][0]["locations"]]
    assert (len(result["relatedLocations"]), len(told), told[-2:]) == (100, 1000, ["s999", "s1002"])
    words = [
        "related places of 1 results were left out: code scanning keeps 100 of a result",
        "steps of 1 results were left out: code scanning keeps 1000 of a result",
    ]
    assert run["properties"]["cut"] == words
    assert [item["message"]["text"] for item in run["invocations"][0]["toolExecutionNotifications"]] == words
    assert "cut" not in run_of(Report(findings=(finding(2),), root="/"))["properties"]


def test_tags_are_few(report: Report) -> None:
    """GitHub rejects a rule with more than 20 tags."""
    assert max(len(rule["properties"]["tags"]) for rule in run_of(report)["tool"]["driver"]["rules"]) <= 20


def test_descriptions_are_short() -> None:
    """GitHub rejects descriptions of more than 1,024 characters."""
    rule = Rule(code="GLK101", name="x", severity=Severity.NOTE, since="1", doc="T.\n\n*Why*\n\n" + "word " * 500)
    (declared,) = run_of(Report(rules=(rule,), root="/"))["tool"]["driver"]["rules"]
    assert len(declared["fullDescription"]["text"]) == 1024
    assert declared["help"]["text"] == rule.doc


def test_a_diagnostic_of_a_directory() -> None:
    """A package that crashed is a place without a line."""
    trouble = Diagnostic(path="a", kind="internal", message="package: ValueError: x")
    run = run_of(Report(diagnostics=(trouble,), root=Path.cwd().as_posix()))
    assert run["tool"]["driver"]["notifications"] == [{"id": "internal"}]


def test_the_summary_is_prose() -> None:
    """Section titles, in either Markdown form, are no description."""
    assert sarif.summary("T.\n\n*Why it leaks*\n\nBecause\nof this.\n\nMore.\n") == "T.\nBecause of this."
    assert sarif.summary("T.\n\n## Why\n\nBecause.\n") == "T.\nBecause."
