"""`junit`: JUnit's XML, as every CI server shows it among the tests.

Each file with findings is a suite, each finding a test that failed. A clean run is one test that passed, because
servers take a report without tests for a broken one. What could not be analysed is a test that was skipped.
"""

from __future__ import annotations

from collections import Counter

from goleaklint.model import Finding, Report
from goleaklint.report.formats import Look
from goleaklint.report.markup import DECLARATION, attributes, escaped
from goleaklint.report.sources import Sources, visible

# Limits of the analysis, and trouble with the cache, leave nothing out that a reader could act upon.
_NOT_TOLD = frozenset({"over-budget", "cache"})


def render(report: Report, sources: Sources, look: Look) -> str:
    """One `testsuites`; names hold no line numbers, so that servers can tell a test's history."""
    files: dict[str, list[Finding]] = {}
    for finding in report.findings:
        files.setdefault(finding.span.path, []).append(finding)
    suites = [_suite(path, findings) for path, findings in files.items()]
    skipped = [item for item in report.diagnostics if item.kind not in _NOT_TOLD]
    if skipped:
        cases = "".join(
            _case(
                f"{item.kind}: {item.message}", item.path, item.line, f"<skipped{attributes({'message': item.kind})}/>"
            )
            for item in skipped
        )
        suites.append(_tests("goleaklint diagnostics", cases, skipped=len(skipped)))
    if not suites:
        suites.append(_tests("goleaklint", _case("no goroutine leaks found", "goleaklint", 0, ""), passed=1))
    tests = len(report.findings) + len(skipped) or 1
    counts = {"name": "goleaklint", "tests": tests, "failures": len(report.findings), "errors": 0}
    return f"{DECLARATION}<testsuites{attributes(counts)}>\n{''.join(suites)}</testsuites>\n"


def _suite(path: str, findings: list[Finding]) -> str:
    seen: Counter[str] = Counter()
    cases = []
    for finding in findings:
        name = f"{finding.code} {finding.name}: {finding.message}"
        name += f" in {finding.function}" if finding.function else ""
        seen[name] += 1
        unique = name if seen[name] == 1 else f"{name} #{seen[name]}"
        cases.append(_case(unique, path, finding.span.line, _failure(finding)))
    return _tests(path, "".join(cases), failed=len(findings))


def _tests(name: str, cases: str, *, passed: int = 0, failed: int = 0, skipped: int = 0) -> str:
    counts = {
        "name": name,
        "tests": passed + failed + skipped,
        "failures": failed,
        "errors": 0,
        "skipped": skipped,
        "time": 0,
    }
    return f"  <testsuite{attributes(counts)}>\n{cases}  </testsuite>\n"


def _case(name: str, path: str, line: int, inside: str) -> str:
    values: dict[str, object] = {"name": name, "classname": path, "time": 0}
    if inside:
        values["file"] = path
    if line:
        values["line"] = line
    if not inside:
        return f"    <testcase{attributes(values)}/>\n"
    return f"    <testcase{attributes(values)}>{inside}</testcase>\n"


def _failure(finding: Finding) -> str:
    path, line, column = finding.span[:3]
    told = [f"{visible(path)}:{line}:{column}: {visible(finding.message)} ({finding.confidence} confidence)"]
    for place in finding.related:
        told.append(f"  {visible(place.span.path)}:{place.span.line}: {visible(place.message)}")
    text = "\n".join(map(escaped, told))
    return f"<failure{attributes({'type': finding.severity, 'message': finding.message})}>{text}\n</failure>"
