"""Every rule keeps its promise: on its Go files in testdata/, and on the examples of its own documentation.

In the Go files a comment says what is expected of its line (`+1`: of the next one), as in Go's analysistest; the text
in quotes is a regular expression, searched in `CODE name: message`:

- `// want "re"`: a finding, in leak*.go; as many texts as findings;
- `// note "re"`: a finding of severity note; `// low "re"`: one of low confidence;
- `// missed "re"`: a leak that is not found, `// wrong "re"`: a finding that is none, both in unfortunate*.go only.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from goleaklint import catalog, driver
from goleaklint.config import Config
from goleaklint.model import Confidence, Finding, Rule, Severity

ROOT = Path(__file__).parent.parent
TESTDATA = ROOT / "testdata"
RULES = {rule.name: rule for rule in catalog.load().rules}
SECTIONS = ["Why it leaks", "Leaks", "Fixed", "What it does not see"]
KINDS = ("leak", "ok", "unfortunate")
ALLOWED = {"leak": {"want", "note", "low"}, "ok": set[str](), "unfortunate": {"missed", "wrong"}}
PACKAGES = {
    "atomic": "sync/atomic",
    "errgroup": "golang.org/x/sync/errgroup",
    "exec": "os/exec",
    "grpc": "google.golang.org/grpc",
    "http": "net/http",
    "pb": "example.com/events/pb",
    "signal": "os/signal",
    "sql": "database/sql",
    "tls": "crypto/tls",
}
STANDARD = (
    "bufio",
    "bytes",
    "context",
    "errors",
    "fmt",
    "io",
    "iter",
    "log",
    "net",
    "os",
    "strings",
    "sync",
    "testing",
    "time",
)

_TEXTS = r'((?:\s*"(?:[^"\\]|\\.)*")+)'
_MARK = re.compile(r"//\s*(want|note|low|missed|wrong)(\s+\+1)?" + _TEXTS)
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_BUILD_TAG = re.compile(r"^//go:build (\w+)$", re.MULTILINE)


class Mark(NamedTuple):
    """What is expected of one line."""

    kind: str
    line: int
    pattern: str

    def matches(self, finding: Finding) -> bool:
        found = re.search(self.pattern, f"{finding.code} {finding.name}: {finding.message}")
        return found is not None and finding.span.line == self.line


def marks(text: str) -> list[Mark]:
    return [
        Mark(mark[1], number + (mark[2] is not None), pattern)
        for number, line in enumerate(text.splitlines(), 1)
        for mark in _MARK.finditer(line)
        for pattern in _TEXT.findall(mark[3])
    ]


@functools.cache
def findings(folder: Path) -> tuple[Finding, ...]:
    """All findings of one folder, of any confidence; there are no diagnostics."""
    report = driver.check_paths([folder.as_posix()], config=Config(min_confidence=Confidence.LOW, jobs=1))
    assert report.diagnostics == ()
    return report.findings


def is_shown(finding: Finding, rule: Rule) -> bool:
    """Whether a finding counts: medium and surer; for a rule that is never that sure, its usual confidence."""
    usual = rule.confidence if finding.code == rule.code else Confidence.MEDIUM
    return finding.confidence >= min(usual, Confidence.MEDIUM)


def problems(text: str, kind: str, found: list[Finding], rule: Rule) -> list[str]:
    """What is not as the marks of a file say."""
    wrong: list[str] = []
    shown = [finding for finding in found if is_shown(finding, rule)]
    left = [finding for finding in shown if finding.code == rule.code or kind != "leak"]
    for mark in marks(text):
        where = f'{mark.line}: {mark.kind} "{mark.pattern}"'
        if mark.kind not in ALLOWED[kind]:
            wrong.append(f"{where} does not belong into {kind}.go")
        elif mark.kind == "low":
            if not any(mark.matches(finding) for finding in found if finding.confidence == Confidence.LOW):
                wrong.append(f"{where}: no such finding of low confidence")
        elif mark.kind == "missed":
            if any(mark.matches(finding) for finding in shown):
                wrong.append(f"{where}: it is found now: move it to leak.go")
        else:
            finding = next((finding for finding in left if mark.matches(finding)), None)
            if finding is None:
                came_right = ": it is silent now: move it to ok.go" if mark.kind == "wrong" else ": no such finding"
                wrong.append(where + came_right)
                continue
            left.remove(finding)
            if (mark.kind == "note") != (finding.severity == Severity.NOTE) and rule.severity != Severity.NOTE:
                wrong.append(f"{where}: the severity is {finding.severity}")
    return wrong + [
        f"{finding.span.line}: unexpected {finding.code} {finding.name}: {finding.message}"
        for finding in left
        if kind != "unfortunate" or finding.code == rule.code
    ]


def go_files(rule: Rule, kind: str) -> list[Path]:
    """The files of that kind: `leak.go`, and `leak_test.go` for what only a test does."""
    return sorted(path for path in (TESTDATA / rule.name).glob("*.go") if re.match(rf"{kind}(_|\.)", path.name))


@pytest.mark.parametrize("name", RULES)
def test_testdata_is_there(name: str) -> None:
    """A rule without Go files that leak, and others that do not, is not tested."""
    missing = [kind for kind in ("leak", "ok") if not (TESTDATA / name / f"{kind}.go").is_file()]
    assert not missing, f"rule {name} has no " + ", ".join(f"testdata/{name}/{kind}.go" for kind in missing)
    for path in go_files(RULES[name], "leak"):
        tags = _BUILD_TAG.findall(path.read_text())
        assert marks(path.read_text()), f"{path.name} says of no line that it leaks (build tags: {tags})"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RULES)
def test_testdata(name: str, kind: str) -> None:
    """A finding without a mark fails, and so does a mark without a finding; ok.go is silent for every rule."""
    rule = RULES[name]
    wrong = [
        f"{path.name}:{problem}"
        for path in go_files(rule, kind)
        for problem in problems(
            path.read_text(),
            kind,
            [finding for finding in findings(TESTDATA / name) if finding.span.path == path.as_posix()],
            rule,
        )
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", RULES)
def test_unfortunate_functions_are_marked(name: str) -> None:
    """A case that came right leaves unfortunate.go with its function, not only with its mark."""
    for path in go_files(RULES[name], "unfortunate"):
        text = path.read_text()
        found = list(re.finditer(r"^func ((?:Leak|Ok)\w*)\(.*?^}$", text, re.MULTILINE | re.DOTALL))
        for index, function in enumerate(found):
            start = found[index - 1].end() if index else 0
            end = found[index + 1].start() if function is not found[-1] else len(text)
            assert marks(text[start:end]), f"{path.name}: {function[1]} and what it uses have no mark"


def sections(rule: Rule) -> dict[str, str]:
    """The text of each section of a rule's documentation, in order."""
    parts = re.split(r"^\*(.+)\*$", rule.doc, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def example(rule: Rule, section: str) -> str:
    """The Go code of a section as a file."""
    lines = sections(rule).get(section, "").splitlines()
    code = "\n".join(line[4:] for line in lines if line.startswith("    ") or not line)
    names = sorted({name for name in re.findall(r"\b([a-z]+)\.[A-Z]", code) if name in PACKAGES or name in STANDARD})
    imports = "".join(f'import "{PACKAGES.get(name, name)}"\n' for name in names)
    return f"package p\n\n{imports}\n{code.strip()}\n" if code.strip() else ""


@pytest.mark.parametrize("name", RULES)
def test_documentation_is_complete(name: str) -> None:
    """A title, then why it leaks, what leaks, how it is fixed, and what is not seen."""
    rule = RULES[name]
    assert re.fullmatch(r"[A-Z].*\.", rule.title), f"{name}: the first line of the docstring is no title"
    missing = [section for section in SECTIONS if section not in sections(rule)]
    assert not missing, f"{name}: the docstring has no section " + ", ".join(f"*{section}*" for section in missing)
    assert list(sections(rule)) == SECTIONS, f"{name}: the sections are not in the order {SECTIONS}"
    empty = [section for section, text in sections(rule).items() if not text.strip()]
    assert not empty, f"{name}: nothing is in section " + ", ".join(empty)
    for section in ("Leaks", "Fixed"):
        assert example(rule, section), f"{name}: *{section}* has no example"
    assert marks(example(rule, "Leaks")), f'{name}: no line of *Leaks* has a // want "..."'


@pytest.mark.parametrize(("section", "kind"), [("Leaks", "leak"), ("Fixed", "ok")])
@pytest.mark.parametrize("name", RULES)
def test_examples_of_the_documentation(name: str, section: str, kind: str, tmp_path: Path) -> None:
    """The first is reported at its mark; the second is silent."""
    text = example(RULES[name], section)
    version = "1.22" if RULES[name].go.startswith("<") else "1.26"
    (tmp_path / "go.mod").write_text(f"module p\n\ngo {version}\n")
    (tmp_path / "p.go").write_text(text)
    wrong = problems(text, kind, list(findings(tmp_path)), RULES[name])
    assert not wrong, "\n".join([text, *wrong])


CARD = Rule(code="GLK101", name="abandoned-send", severity=Severity.ERROR, since="0.1.0")
LEAK = 'a <- 1 // want "GLK101 .*: left"\n'


def found(line: int, message: str = "left", **more: Confidence | Severity) -> Finding:
    from goleaklint.model import Span

    choices: dict[str, object] = {"severity": Severity.ERROR, "confidence": Confidence.HIGH, "code": "GLK101", **more}
    span = Span("leak.go", line, 1, line, 2)
    return Finding(name="abandoned-send", message=message, span=span, **choices)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind", "given", "expected"),
    [
        (LEAK, "leak", [found(1)], []),
        (LEAK, "leak", [], ['1: want "GLK101 .*: left": no such finding']),
        (
            LEAK,
            "leak",
            [found(2)],
            ['1: want "GLK101 .*: left": no such finding', "2: unexpected GLK101 abandoned-send: left"],
        ),
        ('// want +1 "left"\na <- 1\n', "leak", [found(2)], []),
        ('// want "left" "right"\n', "leak", [found(1), found(1, "right")], []),
        ('// want "left" "left"\n', "leak", [found(1)], ['1: want "left": no such finding']),
        (LEAK, "leak", [found(1, severity=Severity.NOTE)], ['1: want "GLK101 .*: left": the severity is note']),
        ('// note "left"\n', "leak", [found(1, severity=Severity.NOTE)], []),
        ('// low "left"\n', "leak", [found(1, confidence=Confidence.LOW)], []),
        ('// low "left"\n', "leak", [], ['1: low "left": no such finding of low confidence']),
        (LEAK, "ok", [], ['1: want "GLK101 .*: left" does not belong into ok.go']),
        ("", "ok", [found(1, confidence=Confidence.LOW)], []),
        ('// missed "left"\n', "unfortunate", [], []),
        ('// missed "left"\n', "unfortunate", [found(1)], None),
        ('// wrong "left"\n', "unfortunate", [found(1)], []),
        ('// wrong "left"\n', "unfortunate", [], ['1: wrong "left": it is silent now: move it to ok.go']),
    ],
)
def test_the_marks_themselves(text: str, kind: str, given: list[Finding], expected: list[str] | None) -> None:
    """Each way in which a file and its findings can disagree is told."""
    wrong = problems(text, kind, given, CARD)
    if expected is None:
        assert wrong[0] == '1: missed "left": it is found now: move it to leak.go'
    else:
        assert wrong == expected


def test_no_testdata_without_a_rule() -> None:
    """A folder that no rule owns tests nothing."""
    owned = {*RULES, "dumps", "projects"}
    assert sorted(path.name for path in TESTDATA.iterdir() if path.is_dir() and path.name not in owned) == []
