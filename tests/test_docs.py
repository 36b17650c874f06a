"""docs/rules.md and docs/rules/ are what the rule files say. `UPDATE_DOCS=1 pytest tests/test_docs.py` writes them."""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path

import pytest

from goleaklint import catalog
from goleaklint.cli.rules import facts
from goleaklint.filters import suppress
from goleaklint.model import Rule

DOCS = Path(__file__).parent.parent / "docs"
INDEX = DOCS / "rules.md"
PAGES = DOCS / "rules"
AGAIN = "UPDATE_DOCS=1 pytest tests/test_docs.py"
HEAD = """# Rules

Made from the files in `rules/`, each of which holds its own documentation; `goleaklint rule CODE` shows the same.
*Severity* is how bad a finding is if it is true, *confidence* how sure the rule usually is: `check` shows medium and
above, unless `--min-confidence` says otherwise. What *fix* marks can be repaired by `--fix` ([fixes](fixes.md)).

| code | name | | severity | confidence | fix | since |
|---|---|---|---|---|---|---|
"""


def rules() -> tuple[Rule, ...]:
    return catalog.load(also=suppress.RULES).rules


def index() -> str:
    rows = [
        f"| [{rule.code}](rules/{file(rule)}) | {rule.name} | {rule.title} | {rule.severity} | {rule.confidence} | "
        f"{'yes' if rule.fixable else ''} | {rule.since} |\n"
        for rule in rules()
    ]
    return HEAD + "".join(rows).replace("|  |", "| |")


def file(rule: Rule) -> str:
    return f"{rule.code}-{rule.name}.md"


def page(rule: Rule) -> str:
    """A rule's documentation: sections as headings, code as Go, and in it `// GLK101` where a finding is."""
    text = re.sub(r"^\*(.+)\*$", r"## \1", rule.doc.strip() + "\n", flags=re.MULTILINE)
    text = re.sub(r"^    .*\n(?:\n*    .*\n)*", fenced, text, flags=re.MULTILINE)
    lines = [f"# {rule.code} {rule.name}", "", *(f"- {fact}" for fact in facts(rule))]
    if rule.fix:
        lines.append(f"- to fix it: {rule.fix}")
    return "\n".join([*lines, "", text, "[All rules](../rules.md)", ""])


def fenced(block: re.Match[str]) -> str:
    code = "\n".join(line[4:].replace("    ", "\t") for line in block[0].splitlines())
    return "```go\n" + re.sub(r'// want "(GLK\d+)"', r"// \1", code) + "\n```\n"


def test_the_index_of_rules() -> None:
    """The table has every rule, as its file says."""
    if os.environ.get("UPDATE_DOCS"):
        INDEX.write_text(index(), encoding="utf-8")
    assert INDEX.is_file(), f"docs/rules.md is missing: {AGAIN} writes it"
    assert INDEX.read_text(encoding="utf-8") == index(), f"docs/rules.md is not what rules/ says: {AGAIN}"


def test_a_page_for_each_rule() -> None:
    """Each rule has its page, as its file says; no page is left of a rule that is gone."""
    expected = {file(rule): page(rule) for rule in rules()}
    if os.environ.get("UPDATE_DOCS"):
        PAGES.mkdir(exist_ok=True)
        for old in PAGES.glob("*.md"):
            old.unlink()
        for name, text in expected.items():
            (PAGES / name).write_text(text, encoding="utf-8")
    found = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    assert sorted(found) == sorted(expected), f"docs/rules/ has other pages than rules/ has rules: {AGAIN}"
    differing = [name for name, text in expected.items() if found[name] != text]
    assert differing == [], f"these pages are not what rules/ says: {AGAIN}"


def blocks(name: str, language: str) -> list[str]:
    """The fenced blocks of a page."""
    text = (DOCS / name).read_text(encoding="utf-8")
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [block for word, block in found if word == language]


def test_the_example_of_writing_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The rule of the page finds its own leak, says what the page says, and is silent on the rest and when repaired."""
    from goleaklint.cli import run

    (go, *_), (rule, *_), (said, *_) = (blocks("writing-rules.md", word) for word in ("go", "python", ""))
    for name, text in (("lint/leaks/deaf_sleep.py", rule), ("retry/retry.go", go)):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["check", "--isolated", "--rules", "lint/leaks", "-q"]) == 1
    assert capfd.readouterr().out == said + "\n"
    (tmp_path / "retry/retry.go").write_text(go.replace("for try() != nil {", "for ctx.Err() == nil {", 1))
    assert run(["check", "--isolated", "--rules", "lint/leaks", "-q"]) == 0


def test_the_facts_that_writing_rules_lists() -> None:
    """What the page says a rule gets is there."""
    from goleaklint.explore.package import Package
    from goleaklint.facts.functions import Function
    from goleaklint.facts.package import PackageFacts
    from goleaklint.facts.resolve import Bindings

    text = (DOCS / "writing-rules.md").read_text(encoding="utf-8")
    made = {"package": Package, "package.facts": PackageFacts, "Bindings": Bindings, "Function": Function}
    for title, kind in made.items():
        table = re.search(rf"^\| of `{re.escape(title)}` \| \|\n\|---\|---\|\n((?:\|.*\n)+)", text, re.MULTILINE)
        assert table is not None, title
        cells = [row.split("|")[1] for row in table[1].splitlines()]
        names = {name.removeprefix("package.") for cell in cells for name in re.findall(r"`([\w.]+)[`(]", cell)}
        source = inspect.getsource(kind)
        missing = [name for name in sorted(names) if not re.search(rf"\bself\.{name}\b|\b{name}:|def {name}\(", source)]
        assert (title, missing) == (title, [])
