"""`check --fix` and `--add-ignore`: edits of the source that make findings go away.

They are tried in memory, kept when the findings are gone and nothing new is found, and then written.
"""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from goleaklint import edits
from goleaklint.cli import terminal
from goleaklint.filters import add_ignore, fingerprint, suppress
from goleaklint.model import Finding, Report
from goleaklint.report.sources import visible

Check = Callable[[dict[str, bytes]], Report]

MOST_ROUNDS = 20
_ABOUT_COMMENTS = frozenset(rule.code for rule in suppress.RULES)


class Fixed(NamedTuple):
    """The report after the fixes, how many there are, and the bytes of the files before and after."""

    report: Report
    total: int
    before: dict[str, bytes]
    after: dict[str, bytes]


def fix(check: Check, report: Report, *, unsafe: bool) -> Fixed:
    """Round for round until nothing is left to fix.

    What does not do what it should is taken back: the fixes of a package in which a finding stays, or a new one or a
    diagnostic comes up. They are tried again one at a time.
    """
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    tried: set[str] = set()
    careful: set[str] = set()
    count = 0
    for _ in range(MOST_ROUNDS):
        chosen = _choice(report, after | report.given, tried, careful, unsafe=unsafe)
        if not chosen:
            break
        for path, (old, _, _) in chosen.items():
            before.setdefault(path, old)
        new = after | {path: data for path, (_, data, _) in chosen.items()}
        then = check(new)
        failed = {
            directory
            for directory, findings in _by_directory(chosen).items()
            if _is_worse(report, then, findings, directory=directory)
        }
        for path, (_, _, findings) in chosen.items():
            directory = os.path.dirname(path)
            if directory not in failed:
                count += len(findings)
            elif directory in careful:
                tried |= {finding.fingerprint for finding in findings}
        careful |= failed
        kept = {path: data for path, (_, data, _) in chosen.items() if os.path.dirname(path) not in failed}
        after |= kept
        report = then if not failed else check(after)
    changed = {path: data for path, data in after.items() if data != before[path]}
    return Fixed(report, count, before, changed)


_Chosen = dict[str, tuple[bytes, bytes, list[Finding]]]


def _choice(report: Report, now: dict[str, bytes], tried: set[str], careful: set[str], *, unsafe: bool) -> _Chosen:
    """By file, its bytes before and after a round and what that fixes; one fix for a package that needs care."""
    by_file: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.fix is None or finding.fingerprint in tried or not (finding.fix.safe or unsafe):
            continue
        by_file.setdefault(finding.span.path, []).append(finding)
    chosen: _Chosen = {}
    for path, findings in by_file.items():
        directory = os.path.dirname(path)
        if directory in careful and any(os.path.dirname(other) == directory for other in chosen):
            continue
        try:
            data = now[path] if path in now else Path(path).read_bytes()
        except OSError:
            continue  # it is gone since
        new, applied = edits.apply(data, findings[:1] if directory in careful else findings)
        if applied:
            chosen[path] = data, new, applied
    return chosen


def _by_directory(chosen: _Chosen) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for path, (_, _, findings) in chosen.items():
        found.setdefault(os.path.dirname(path), []).extend(findings)
    return found


def _is_worse(
    old: Report, new: Report, fixed: Iterable[Finding], *, directory: str | None = None, file: str | None = None
) -> bool:
    """Whether more is found in a file, or in the files of a directory, than before without what is fixed.

    Trouble that was not there counts as well, wherever it is.
    A finding that has only become less sure is still there: it counts at any confidence.
    """

    def troubles(report: Report) -> set[tuple[str, str]]:
        return {(one.path, one.kind) for one in report.diagnostics}

    def seen(report: Report) -> Counter[_Site]:
        found = (*report.findings, *report.unsure)
        return Counter(_site(one) for one in found if file in (None, one.span.path) and is_in(one))

    def is_in(one: Finding) -> bool:
        return directory is None or os.path.dirname(one.span.path) == directory

    return bool(seen(new) - (seen(old) - Counter(map(_site, fixed)))) or bool(troubles(new) - troubles(old))


_Site = tuple[str, str, str]


def _site(finding: Finding) -> _Site:
    """What a finding keeps when lines around it, or its own, are edited: its rule, file and function."""
    return finding.code, finding.span.path, fingerprint.outermost(finding.function)


def add_ignores(check: Check, report: Report, reason: str) -> Fixed:
    """Every finding with a comment that suppresses it, where there is a place for one and it does what it should."""
    rules = {word: rule.code for rule in report.rules for word in (rule.code, rule.name)}
    by_file: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.code not in _ABOUT_COMMENTS:
            by_file.setdefault(finding.span.path, []).append(finding)
    before: dict[str, bytes] = {}
    chosen: _Chosen = {}
    for path, findings in by_file.items():
        try:
            data = report.given[path] if path in report.given else Path(path).read_bytes()
        except OSError:
            continue  # it is gone since
        new, covered = add_ignore.write(path, data, findings, reason, rules.get)
        if new != data:
            before[path] = data
            chosen[path] = data, new, covered
    then = check({path: data for path, (_, data, _) in chosen.items()}) if chosen else report
    failed = [path for path, (_, _, covered) in chosen.items() if _is_worse(report, then, covered, file=path)]
    for path in failed:
        del chosen[path]
    after = {path: data for path, (_, data, _) in chosen.items()}
    count = sum(len(covered) for _, _, covered in chosen.values())
    return Fixed(check(after) if failed else then, count, before, after)


def write(fixed: Fixed) -> list[str]:
    """Write the files; says of each that is left as it was why that is so."""
    troubles: list[str] = []
    for path, data in fixed.after.items():
        try:
            if Path(path).read_bytes() != fixed.before[path]:
                troubles.append(f"{visible(path)}: not written: it has changed since it was analysed")
                continue
            if not os.access(path, os.W_OK):
                raise PermissionError(13, os.strerror(13))
            terminal.write_file(Path(path), data)
        except OSError as error:
            troubles.append(f"{visible(path)}: not written: {(error.strerror or 'cannot be written').lower()}")
    return troubles


def diff(fixed: Fixed) -> bytes:
    """What the fixes would change, as a unified diff."""
    lines: list[bytes] = []
    for path in sorted(fixed.after):
        name = visible(path).lstrip("/").encode()
        name += b"\t" * (b" " in name)  # as git does: `patch` takes what follows a space for a date
        old, new = (data[path].splitlines(keepends=True) for data in (fixed.before, fixed.after))
        for line in difflib.diff_bytes(difflib.unified_diff, old, new, b"a/" + name, b"b/" + name):
            lines.append(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n")
    return b"".join(lines)


def headline(fixed: Fixed, verb: str, *, would: bool, more: bool) -> str:
    """`3 fixed, 2 left (1 with --unsafe-fixes)`; the last with `more`."""
    left = fixed.report.findings
    unsafe = sum(one.fix is not None and not one.fix.safe for one in left) if more else 0
    text = f"{fixed.total} {'would be ' if would else ''}{verb}, {len(left)} left"
    return text + (f" ({unsafe} with --unsafe-fixes)" if unsafe else "")
