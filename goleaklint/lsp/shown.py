"""Findings as the editor shows them: diagnostics, and what is told of them under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from lsprotocol import types

from goleaklint.lsp.positions import Place
from goleaklint.lsp.worker import Answer
from goleaklint.model import Finding, Rule, Severity
from goleaklint.report.sources import visible

SOURCE = "goleaklint"

_SEVERITY = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}

Page = Callable[[Rule], str]
"""What `goleaklint rule` prints of a rule."""


class Shown(NamedTuple):
    """A finding in an open document, its range, and the ranges of its edits."""

    finding: Finding
    place: Place
    edits: tuple[types.TextEdit, ...]
    rule: Rule | None


def shown(answer: Answer, path: str) -> Iterator[Shown]:
    """The findings of one file."""
    rules = {rule.code: rule for rule in answer.rules}
    for finding in answer.findings:
        if finding.span.path != path:
            continue
        edits = finding.fix.edits if finding.fix is not None else ()
        yield Shown(
            finding,
            answer.places[finding.span],
            tuple(types.TextEdit(range_of(answer.places[edit.span]), edit.text) for edit in edits),
            rules.get(finding.code),
        )


def diagnostics(found: Iterable[Shown], answer: Answer, uri: Callable[[str], str]) -> list[types.Diagnostic]:
    """What is published of them."""
    return [
        types.Diagnostic(
            range=range_of(one.place),
            severity=_SEVERITY[one.finding.severity],
            code=one.finding.code,
            source=SOURCE,
            message=visible(f"{one.finding.message} ({one.finding.name})"),
            related_information=[
                types.DiagnosticRelatedInformation(
                    types.Location(uri(related.span.path), range_of(answer.places[related.span])),
                    visible(related.message),
                )
                for related in one.finding.related
            ],
        )
        for one in found
    ]


def hover(found: Iterable[Shown], at: Place, page: Page, *, markdown: bool) -> types.Hover | None:
    """The rules of the findings at a position, as `goleaklint rule` explains them; each once."""
    here = [one for one in found if one.rule is not None and one.place.touches(at)]
    if not here:
        return None
    rules = {one.finding.code: one.rule for one in here if one.rule is not None}
    text = "\n\n---\n\n".join(page(rule).strip() for rule in rules.values()) + "\n"
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    return types.Hover(types.MarkupContent(kind, text), range_of(here[0].place))


def range_of(place: Place) -> types.Range:
    """A range in the protocol's own type."""
    return types.Range(types.Position(place.line, place.character), types.Position(place.end_line, place.end_character))


def place_of(found: types.Range) -> Place:
    """A range of the protocol."""
    return Place(found.start.line, found.start.character, found.end.line, found.end.character)
