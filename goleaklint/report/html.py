"""`html`: the findings as one page, to be kept as an artifact or sent to somebody.

No script, no network, no picture: the policy allows the style that is in the page and nothing else. Text of the source
is escaped, and what could mislead a reader's eye is written as an escape.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files

from goleaklint import __version__
from goleaklint.model import Diagnostic, Finding, Report, Rule, Severity
from goleaklint.report import excerpt
from goleaklint.report.formats import Look
from goleaklint.report.markup import attributes, escaped
from goleaklint.report.sources import Sources

# A page of more would take a browser long; the other formats have all.
MOST_FINDINGS = 2_000
MOST_RELATED = 12
_WIDTH = 140


def render(report: Report, sources: Sources, look: Look) -> str:
    """The page: counts, a table of the rules with findings, the findings, and what could not be analysed."""
    style = (files(__package__) / "findings.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    body = "".join([*_head(report), *_rules(report), *_findings(report, sources), *_diagnostics(report.diagnostics)])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f'<meta name="generator" content="goleaklint {escaped(__version__)}">\n'
        f"<title>goleaklint: {len(report.findings)} findings</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    )


def _head(report: Report) -> Iterator[str]:
    stats = report.stats
    counts = Counter(finding.severity for finding in report.findings)
    found = "".join(
        f'<li class="{severity}"><b>{counts[severity]}</b> {severity}{"s" * (counts[severity] != 1)}</li>'
        for severity in sorted(Severity, reverse=True)
    )
    extent = f"{stats.files} files, {stats.lines} lines, {stats.packages} packages"
    hidden = [f"{stats.suppressed} suppressed by comments"] * bool(stats.suppressed)
    hidden += [f"{stats.baselined} in the baseline"] * bool(stats.baselined)
    hidden += [f"{stats.old} in code that is not new"] * bool(stats.old)
    yield f"<header><h1>Goroutine leaks</h1><ul>{found}</ul><p>{'; '.join([extent, *hidden])}</p></header>\n"


def _rules(report: Report) -> Iterator[str]:
    counts = Counter(finding.code for finding in report.findings)
    first: dict[str, int] = {}
    for number, finding in enumerate(report.findings[:MOST_FINDINGS], 1):
        first.setdefault(finding.code, number)
    named = {finding.code: finding.name for finding in report.findings}
    known = {rule.code: rule for rule in report.rules}
    if not counts:
        yield "<p>Nothing was found.</p>\n"
        return
    yield "<table><thead><tr><th>findings</th><th>rule</th><th></th></tr></thead><tbody>\n"
    for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        label = escaped(f"{code} {named[code]}")
        link = f'<a href="#f{first[code]}">{label}</a>' if code in first else label
        title = escaped(known[code].title) if code in known else ""
        yield f"<tr><td>{count}</td><td>{link}</td><td>{title}{_documentation(known.get(code))}</td></tr>\n"
    yield "</tbody></table>\n"


def _documentation(rule: Rule | None) -> str:
    if rule is None:
        return ""
    text = "\n".join(map(escaped, rule.doc.strip().split("\n")))
    return f"<details><summary>why it leaks, and what to do</summary><pre>{text}</pre></details>"


def _findings(report: Report, sources: Sources) -> Iterator[str]:
    path = None
    for number, finding in enumerate(report.findings[:MOST_FINDINGS], 1):
        if finding.span.path != path:
            path = finding.span.path
            yield f"<h2>{escaped(path)}</h2>\n"
        yield from _finding(number, finding, sources)
    if len(report.findings) > MOST_FINDINGS:
        more = len(report.findings) - MOST_FINDINGS
        yield f"<p>{more} more findings are not on this page; the other formats have all.</p>\n"


def _finding(number: int, finding: Finding, sources: Sources) -> Iterator[str]:
    where = f"{finding.span.line}:{finding.span.column}"
    where += f" in {finding.function}" if finding.function else ""
    yield f'<article id="f{number}" class="{finding.severity}">\n<h3><a href="#f{number}">{escaped(finding.code)}</a> '
    yield f"{escaped(finding.message)}</h3>\n"
    yield f"<p>{finding.severity}, {finding.confidence} confidence, {escaped(finding.name)}; {escaped(where)}"
    yield f"; <b>{finding.goroutines} goroutines in the dump</b>" if finding.goroutines else ""
    yield "</p>\n"
    marks = excerpt.marks(finding, finding.related[:MOST_RELATED])
    for path in dict.fromkeys([finding.span.path, *(mark.span.path for mark in marks)]):
        here = [mark for mark in marks if mark.span.path == path]
        if path != finding.span.path:
            yield f"<p>{escaped(f'{path}:{here[0].span.line}')}</p>\n"
        yield from _source(here, sources)
    if len(finding.related) > MOST_RELATED:
        yield f"<p>and {len(finding.related) - MOST_RELATED} more places</p>\n"
    if finding.flow:
        steps = "".join(
            f"<li>{escaped(step.message)} <span>{escaped(f'{step.span.path}:{step.span.line}')}</span></li>"
            for step in finding.flow
        )
        yield f"<details><summary>step by step</summary><ol>{steps}</ol></details>\n"
    yield "</article>\n"


def _source(marks: list[excerpt.Mark], sources: Sources) -> Iterator[str]:
    if sources.lines(marks[0].span.path) == [b""]:
        yield "".join(f"<p>{mark.span.line}: {escaped(mark.text)}</p>\n" for mark in marks if mark.text)
        return
    gutter = max(len(str(mark.span.line)) for mark in marks)
    lines = [
        "".join(
            f"<i{attributes({'class': style})}>{escaped(text)}</i>" if style else escaped(text) for text, style in line
        )
        for line in excerpt.excerpt(marks, sources, gutter=gutter, width=_WIDTH)
    ]
    yield "<pre>" + "\n".join(lines) + "</pre>\n"


def _diagnostics(diagnostics: tuple[Diagnostic, ...]) -> Iterator[str]:
    if not diagnostics:
        return
    yield f"<details><summary>{len(diagnostics)} places were not analysed in full</summary><ul>\n"
    for item in diagnostics:
        place = f"{item.path}:{item.line}" if item.line else item.path
        yield f"<li>{escaped(place)}: {escaped(item.kind)}: {escaped(item.message)}</li>\n"
    yield "</ul></details>\n"
