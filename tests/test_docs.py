"""docs/rules.md and docs/rules/ are what the rule files say. `UPDATE_DOCS=1 pytest tests/test_docs.py` writes them."""

from __future__ import annotations

import os
import re
from pathlib import Path

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
