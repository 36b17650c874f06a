"""The driver: packages are independent, whatever the order, the number of processes, and what goes wrong in one."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from goleaklint import driver
from goleaklint.config import Config
from goleaklint.model import Confidence, Diagnostic, Finding, Report, Severity, Span, Stats

RULES = Path(__file__).parent / "example_rules"
BODY = "package {name}\n\nfunc f(c chan int) {{\n\tselect {{}}{comment}\n}}\n"


def write(root: Path, path: str, comment: str = "") -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(BODY.format(name=file.parent.name, comment=comment))


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three packages with one leak each."""
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b", "c"):
        write(tmp_path, f"{name}/{name}.go")
    return tmp_path


def check(*paths: str, given: dict[str, bytes] | None = None, **choices: Any) -> Report:
    config = Config(rules=(RULES.as_posix(),), **{"select": ("TST202", "TST999", "GLK900", "GLK901")} | choices)
    return driver.check_paths(paths or (".",), config=config, given=given)


def places(report: Report) -> list[str]:
    return [f"{finding.code} {finding.span.path}:{finding.span.line}" for finding in report.findings]


def test_the_whole_report(tree: Path) -> None:
    """Everything a report holds, for one file."""
    report = check("a/a.go")
    assert report.findings == (
        Finding(
            code="TST202",
            name="empty-select",
            severity=Severity.ERROR,
            confidence=Confidence.HIGH,
            message="select {} waits for ever",
            span=Span("a/a.go", 4, 2, 4, 11),
            fingerprint=report.findings[0].fingerprint,
        ),
    )
    assert report.diagnostics == ()
    assert report.on == {"TST202", "TST999", "GLK900", "GLK901"}
    assert report.stats == Stats(files=1, lines=5, packages=1, suppressed=0, skipped={})
    assert report.root == tree.resolve().as_posix()


def test_the_same_bytes_in_any_order_and_with_any_number_of_processes(tree: Path) -> None:
    """The report of a tree depends on the tree alone."""
    for number in range(20):
        write(tree, f"p{number}/x.go", " // crash" if number % 7 == 3 else "")
    paths = [f"{entry.name}/" for entry in tree.iterdir()]
    expected = check(*sorted(paths), jobs=1)
    assert len(expected.findings) == 23
    assert len(expected.diagnostics) == 3
    for seed, jobs in ((1, 1), (2, 2), (3, 3)):
        random.Random(seed).shuffle(paths)
        assert check(*paths, jobs=jobs) == expected


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_crash_costs_no_other_finding(tree: Path, jobs: int) -> None:
    """An exception in a rule is a diagnostic that names package, rule and exception; other rules go on."""
    write(tree, "b/b.go", " // crash")
    write(tree, "c/c.go", " // deep")
    report = check(jobs=jobs)
    assert places(report) == ["TST202 a/a.go:4", "TST202 b/b.go:4", "TST202 c/c.go:4"]
    assert report.diagnostics == (
        Diagnostic(path="b", kind="internal", message="TST999: ValueError: cannot go on"),
        Diagnostic(path="c", kind="internal", message="TST999: RecursionError: maximum recursion depth exceeded"),
    )


def test_a_process_that_dies_costs_only_its_package(tree: Path) -> None:
    """Even a crash of the interpreter is one package's."""
    write(tree, "b/b.go", " // die")
    report = check(jobs=2)
    assert places(report) == ["TST202 a/a.go:4", "TST202 c/c.go:4"]
    assert [(item.path, item.kind) for item in report.diagnostics] == [("b", "internal")]


def test_an_exception_outside_the_rules(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever fails while a package is loaded is a diagnostic, too."""
    from goleaklint.golang import units

    load = units.load

    def broken(package: Any, *more: Any) -> Any:
        if package.directory == "b":
            raise RecursionError
        return load(package, *more)

    monkeypatch.setattr(units, "load", broken)
    report = check(jobs=1)
    assert places(report) == ["TST202 a/a.go:4", "TST202 c/c.go:4"]
    assert report.diagnostics == (Diagnostic(path="b", kind="internal", message="package: RecursionError"),)


def test_a_named_file_is_checked_in_its_package(tree: Path) -> None:
    """Findings, and words about comments, are for the named files alone."""
    write(tree, "a/z.go", " //goleaklint:ignore TST999 unused")
    assert places(check("a/a.go")) == ["TST202 a/a.go:4"]
    assert places(check("a")) == ["TST202 a/a.go:4", "TST202 a/z.go:4", "GLK900 a/z.go:4"]


def test_suppressions_are_counted(tree: Path) -> None:
    """A suppressed finding is gone, and counted, unless it would not have been shown anyway."""
    write(tree, "a/a.go", " //goleaklint:ignore TST202 the server runs for ever")
    write(tree, "b/b.go", " //goleaklint:ignore TST202 // low")
    report = check()
    assert (places(report), report.stats.suppressed) == (["TST202 c/c.go:4"], 1)


def test_a_suppressed_finding_below_the_bar_is_no_unused_suppression(tree: Path) -> None:
    """The comment is there for those who ask for low confidence."""
    write(tree, "b/b.go", " //goleaklint:ignore TST202 // low")
    assert [place for place in places(check()) if place.startswith("GLK900")] == []
    assert check(min_confidence=Confidence.LOW).stats.suppressed == 1


def test_suppressions_can_be_ignored(tree: Path) -> None:
    """`--ignore-suppressions` shows everything, and says nothing of the comments."""
    write(tree, "a/a.go", " //goleaklint:ignore TST202 the server runs for ever")
    config = Config(rules=(RULES.as_posix(),), select=("TST202", "GLK900"))
    report = driver.check_paths(["a"], config=config, ignore_suppressions=True)
    assert (places(report), report.stats.suppressed) == (["TST202 a/a.go:4"], 0)


def test_standard_input_is_checked_in_its_package(tree: Path) -> None:
    """Bytes stand in for a file on disk, or for one that is not there yet, or is in no package at all."""
    data = BODY.format(name="a", comment="").replace("func", "\nfunc").encode()
    assert places(check("a/a.go", given={"a/a.go": data})) == ["TST202 a/a.go:5"]
    assert places(check("./a/new.go", given={"./a/new.go": data})) == ["TST202 a/new.go:5"]
    assert places(check("stdin.go", given={"stdin.go": data})) == ["TST202 stdin.go:5"]
    assert check("stdin.go", given={"stdin.go": data}).given == {"stdin.go": data}


def test_fingerprints_do_not_depend_on_the_working_directory(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are made from the path in the repository."""
    (tree / ".git").mkdir()
    above = check("a").findings[0].fingerprint
    monkeypatch.chdir(tree / "a")
    assert check(".").findings[0].fingerprint == above


def test_another_repository_is_named_from_outside(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The root of a report is that of the code, and not of the directory in which goleaklint happens to run."""
    (tree / "a/.git").mkdir()
    (tree / "c/.git").mkdir()
    monkeypatch.chdir(tree / "c")
    assert check("../a").root == (tree / "a").as_posix()
    assert check("../a").findings[0].fingerprint == check_in(tree / "a", monkeypatch).findings[0].fingerprint
    assert check("../a", ".").root == (tree / "c").as_posix()


def check_in(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    with monkeypatch.context() as inside:
        inside.chdir(directory)
        return check()


def test_per_file_ignores(tree: Path) -> None:
    """A rule that is off in a file finds nothing there, and its suppressions are not unused."""
    write(tree, "a/a.go", " //goleaklint:ignore TST202 kept")
    choices: dict[str, Any] = {"base": tree.as_posix(), "per_file_ignores": {"a/": ("TST202",)}}
    assert places(check(**choices)) == ["TST202 b/b.go:4", "TST202 c/c.go:4"]


def test_generated_files_are_skipped_and_counted(tree: Path) -> None:
    """Their package is analysed with them; what is in them is not reported."""
    text = "// Code generated by hand. DO NOT EDIT.\n\n" + BODY.format(name="a", comment="")
    (tree / "a/gen.go").write_text(text)
    report = check("a")
    assert (places(report), report.stats) == (
        ["TST202 a/a.go:4"],
        Stats(files=1, lines=12, packages=1, skipped={"generated": 1}),
    )
    assert places(check("a", generated="lint")) == ["TST202 a/a.go:4", "TST202 a/gen.go:6"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a file that its owner cannot read")
def test_an_unreadable_file(tree: Path) -> None:
    """It is a diagnostic, and the rest is reported."""
    (tree / "b/b.go").chmod(0)
    report = check()
    assert places(report) == ["TST202 a/a.go:4", "TST202 c/c.go:4"]
    assert report.diagnostics == (Diagnostic(path="b/b.go", kind="unreadable", message="permission denied"),)


@pytest.mark.skipif(os.name == "nt", reason="needs a named pipe")
def test_a_pipe_that_is_called_a_go_file(tree: Path) -> None:
    """It is not waited for: a diagnostic, and the rest is reported."""
    os.mkfifo(tree / "b/pipe.go")
    report = check("a", "b/pipe.go")
    assert places(report) == ["TST202 a/a.go:4"]
    assert [(item.path, item.kind) for item in report.diagnostics] == [("b/pipe.go", "unreadable")]


def test_equal_findings_are_one(tree: Path) -> None:
    """Of two findings of a rule at one span the surer one is reported."""
    sure = check("a").findings[0]
    low = Finding(
        code=sure.code,
        name=sure.name,
        severity=sure.severity,
        confidence=Confidence.LOW,
        message="another story",
        span=sure.span,
    )
    assert driver.unique([low, sure, low]) == [sure]


def test_small_input_needs_no_pool(tree: Path) -> None:
    """A pool costs start-up: the choice depends on the size of the input, unless the user makes it."""
    from goleaklint.golang.discover import Options, discover

    packages = discover(["."], Options()).packages
    assert [driver.jobs_for(packages, jobs) for jobs in (0, 1, 2, 99)] == [1, 1, 2, 3]
