"""What the page is given: one JSON object, whose texts are all `visible`.

dumps     [{path, cause, total, base}]: `base` tells the older side of a comparison
classes   [{name, meaning}]: the anomalies, in the order of the legend
labels    [[kind, name, short, file, line, via, times]]: the nodes of paths (see tree.Step), each once
groups    {dump, count, base, path, class, reason, verdict, own, minutes, leaked, locked, parents, ids, labels, blocked,
          notes, excerpts, finding}: `path` are indices of labels, `base` is null but in a comparison, `own` tells the
          runtime's goroutines, `blocked` is [function, file, line]
excerpts  [{path, function, lines: [[number, text, mark]]}]: number 0 is a gap
findings  [{code, name, severity, confidence, message, path, line}]
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from goleaklint import __version__
from goleaklint.dump.account import Account, Group, How, Prediction, Site
from goleaklint.dump.anomalies import MEANINGS, Anomaly, anomaly
from goleaklint.dump.goroutines import Verdict
from goleaklint.model import Report
from goleaklint.report.flame.compare import pairs
from goleaklint.report.flame.tree import Step, drawn, short, steps
from goleaklint.report.sources import Sources, visible

_AROUND = 3  # lines of an excerpt before and after each place
_GAP = 2  # a gap of so few lines is shown
_LONGEST_LINE = 300
_TAB = 4
_CLASSES = list(Anomaly)


class _Table:
    """Values that occur many times, each once."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._indices: dict[Hashable, int] = {}

    def index(self, key: Hashable, value: Any) -> int:
        if key not in self._indices:
            self._indices[key] = len(self.values)
            self.values.append(value)
        return self._indices[key]


class Document:
    """Collects the groups of one page."""

    def __init__(self) -> None:
        self._sources = Sources(Report())
        self._dumps: list[dict[str, Any]] = []
        self._groups: list[dict[str, Any]] = []
        self._labels = _Table()
        self._excerpts = _Table()
        self._findings = _Table()

    def whole(self) -> dict[str, Any]:
        """The object."""
        return {
            "goleaklint": __version__,
            "dumps": self._dumps,
            "classes": [{"name": each, "meaning": MEANINGS[each]} for each in _CLASSES],
            "labels": self._labels.values,
            "groups": self._groups,
            "excerpts": self._excerpts.values,
            "findings": self._findings.values,
        }

    def add_dump(self, account: Account, *, base: bool) -> int:
        """Its number."""
        dump = account.dump
        entry = {"path": visible(dump.path), "cause": visible(dump.cause), "total": dump.total, "base": base}
        self._dumps.append(entry)
        return len(self._dumps) - 1

    def add_group(self, group: Group, dump: int, count: int, base: int | None) -> None:
        """One row of the table, one leaf of the tree."""
        bucket = group.bucket
        self._groups.append(
            {
                "dump": dump,
                "count": count,
                "base": base,
                "path": [self._label(step) for step in drawn(steps(group))],
                "class": _CLASSES.index(anomaly(bucket)),
                "reason": visible(bucket.reason) + " (durable)" * bucket.durable,
                "verdict": bucket.verdict,
                "own": bucket.verdict is Verdict.NEVER,
                "minutes": bucket.minutes,
                "leaked": bucket.leaked,
                "locked": bucket.locked,
                "parents": bucket.parents,
                "ids": bucket.ids,
                "labels": [_profiler_labels(labels, number) for labels, number in bucket.labels],
                "blocked": _blocked(group),
                "notes": [visible(site.note) for site in (group.creation, group.block) if site and site.note],
                "excerpts": [self._excerpt(path, marks) for path, marks in _marks(group).items()],
                "finding": self._finding(group.prediction),
            }
        )

    def _label(self, step: Step) -> int:
        value = [step.kind, step.name, short(step.name), step.file, step.line, short(step.via), step.times]
        return self._labels.index(step, value)

    def _excerpt(self, path: str, marks: Sequence[tuple[Site, str]]) -> int:
        key = (path, tuple((site.span.line, mark) for site, mark in marks))
        lines = [self._line(path, number, marks) for number in self._numbers(path, marks)]
        function = short(visible(marks[0][0].function))
        return self._excerpts.index(key, {"path": visible(path), "function": function, "lines": lines})

    def _numbers(self, path: str, marks: Sequence[tuple[Site, str]]) -> Iterator[int]:
        """The lines around the places, 0 for each gap between them."""
        last = len(self._sources.lines(path))
        around = {
            number
            for site, _ in marks
            for number in range(max(site.span.line - _AROUND, 1), min(site.span.line + _AROUND, last) + 1)
        }
        previous = 0
        for number in sorted(around):
            if previous and number - previous > _GAP + 1:
                yield 0
            elif previous:
                yield from range(previous + 1, number)
            yield number
            previous = number

    def _line(self, path: str, number: int, marks: Sequence[tuple[Site, str]]) -> tuple[int, str, str]:
        text = self._sources.line(path, number).decode("utf-8", "replace").expandtabs(_TAB).rstrip()
        mark = ", ".join(dict.fromkeys(mark for site, mark in marks if site.span.line == number))
        return number, visible(text[:_LONGEST_LINE]) + "…" * (len(text) > _LONGEST_LINE), mark

    def _finding(self, prediction: Prediction | None) -> int | None:
        if prediction is None:
            return None
        finding = prediction.finding
        value = {
            "code": visible(finding.code),
            "name": visible(finding.name),
            "severity": finding.severity,
            "confidence": finding.confidence,
            "message": visible(finding.message),
            "path": visible(finding.span.path),
            "line": finding.span.line,
        }
        return self._findings.index(finding.sort_key(), value)


def of_dumps(accounts: Sequence[Account]) -> dict[str, Any]:
    """The object for the dumps of one moment, or of several processes."""
    document = Document()
    for account in accounts:
        dump = document.add_dump(account, base=False)
        for group in account.groups:
            document.add_group(group, dump, group.bucket.count, None)
    return document.whole()


def of_comparison(base: Sequence[Account], new: Sequence[Account]) -> dict[str, Any]:
    """The object for two sides, whose dumps are summed."""
    document = Document()
    for account in base:
        document.add_dump(account, base=True)
    for account in new:
        document.add_dump(account, base=False)
    for group, count, before in pairs(base, new):
        document.add_group(group, len(base), count, before)
    return document.whole()


def _marks(group: Group) -> dict[str, list[tuple[Site, str]]]:
    """The places of a group that the checkout has, by their file; the creation's first."""
    waits = "is here" if group.bucket.reason in ("running", "runnable") else "waits here"
    marked = ((group.creation, "created here"), (group.handed_over, "handed over here"), (group.block, waits))
    by_path: dict[str, list[tuple[Site, str]]] = {}
    for site, mark in marked:
        if site is not None and site.how is not How.LOST:
            by_path.setdefault(site.span.path, []).append((site, mark))
    return by_path


def _blocked(group: Group) -> tuple[str, str, int]:
    """The place in the checkout where they wait, else the innermost frame."""
    site = group.block
    if site is not None and site.how is not How.LOST:
        return short(visible(site.function)), visible(site.span.path), site.span.line
    frame = next(iter(group.bucket.stack.frames), None)
    return (short(visible(frame.function)), visible(frame.file), frame.line) if frame is not None else ("", "", 0)


def _profiler_labels(labels: Sequence[tuple[str, str]], number: int) -> str:
    return visible(", ".join(f"{key}={value!r}" for key, value in labels)) + f" ({number})"
