"""docs/rules.md and docs/rules/ are what the rule files say. `UPDATE_DOCS=1 pytest tests/test_docs.py` writes them."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from goleaklint import catalog
from goleaklint.cli import group
from goleaklint.cli.rules import facts
from goleaklint.cli.usage import EXAMPLES
from goleaklint.filters import suppress
from goleaklint.model import Rule

DOCS = Path(__file__).parent.parent / "docs"
INDEX = DOCS / "rules.md"
PAGES = DOCS / "rules"
PLACES = [*sorted(DOCS.glob("*.md")), *(DOCS.parent / name for name in ("README.md", "CONTRIBUTING.md"))]
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


def test_commands_in_the_pages_exist() -> None:
    """Every command and every option that a page shows is one that the program has."""
    wrong = [f"{page.name}: {problem}" for page in PLACES for problem in unknown(page.read_text(encoding="utf-8"))]
    assert wrong == []


def test_commands_in_the_help_exist() -> None:
    """The examples of --help are commands that the program has."""
    shown = [line for examples in EXAMPLES.values() for line, _ in examples if "COMMAND" not in line]
    assert [problem for line in shown for problem in unknown(f"    {line}")] == []


def test_what_no_page_may_show() -> None:
    """A wrong command and a wrong option are seen in each kind of code, and prose is none."""
    text = """
goleaklint finds leaks: `goleaklint chek .`, or `goleaklint check --froce`.

    cat x | goleaklint dump - --json  # and more --nothing

```sh
goleaklint baseline wirte --baseline=x
```

`goleaklint rule GLK101 --al`
"""
    assert list(unknown(text)) == [
        "no option --json: goleaklint dump - --json",
        "no such command: goleaklint baseline wirte --baseline=x",
        "no such command: goleaklint chek .",
        "no option --froce: goleaklint check --froce",
        "no option --al: goleaklint rule GLK101 --al",
    ]


def unknown(text: str) -> Iterator[str]:
    """The commands and options of `goleaklint ...` in the code of a page that do not exist."""
    prose = re.sub(r"^```.*?^```$|^    [^\n]*$", "", text, flags=re.MULTILINE | re.DOTALL)
    code = [
        *re.findall(r"^    (.*)$", text, re.MULTILINE),
        *(
            line
            for block in re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
            for line in block.splitlines()
        ),
        *re.findall(r"`(goleaklint [^`]+)`", prose),
    ]
    for line in code:
        for shown in re.findall(r"(?:^|[|&;] *|\S+/)(goleaklint [a-z][^#|&;]*)", line):
            yield from _unknown(shown.strip())


def _unknown(shown: str) -> Iterator[str]:
    command: click.Command | None = group
    words = shown.split()[1:]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        command = command.get_command(click.Context(command), words.pop(0))
    if command is None:
        yield f"no such command: {shown}"
        return
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"-h", "--help"}
    for word in words:
        if re.match(r"--?[a-z]", word) and word.partition("=")[0].rstrip(".,:;)") not in options:
            yield f"no option {word}: {shown}"


def test_what_start_shows(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """The two reports of the first page are what the program prints, but for the width of a terminal."""
    from goleaklint.cli import run

    monkeypatch.chdir(DOCS.parent / "testdata/projects/orders")
    shown = blocks("start.md", "text")
    for text, arguments in zip(shown, (["--format", "grouped"], ["pricing.go"]), strict=False):
        assert run(["check", "--isolated", "-q", *arguments]) == 1
        assert text.split() == capfd.readouterr().out.split()


@pytest.mark.parametrize("code", blocks("how-it-decides.md", "go"))
def test_the_code_of_how_it_decides(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each line with `// GLKnnn` at its end is reported so, and nothing else is."""
    from goleaklint.cli import run

    imports = "".join(f'import "{name}"\n' for name in ("errors", "time") if f"{name}." in code)
    (tmp_path / "p.go").write_text(f"package p\n{imports}{code}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    marked = [
        f"{number} {mark[1]}"
        for number, line in enumerate(f"package p\n{imports}{code}".splitlines(), 1)
        if (mark := re.search(r"// (GLK\d+)$", line))
    ]
    assert run(["check", "--isolated", "-q", "--format", "concise"]) == bool(marked)
    said = capfd.readouterr().out.splitlines()
    assert [re.sub(r"^p\.go:(\d+):\d+: (\S+) .*", r"\1 \2", line) for line in said] == marked
