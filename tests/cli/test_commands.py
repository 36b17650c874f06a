"""The commands beside `check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from goleaklint.cli import COMMANDS, run

RULES = (Path(__file__).parent.parent / "example_rules").as_posix()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return tmp_path


def out(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Standard output of a command that ends with `code`; standard error for code 2."""
    import sys

    sys.stdout.flush()
    assert run(arguments) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


@pytest.mark.parametrize("arguments", [["version"], ["-V"], ["--version"]])
def test_version(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """Three ways to ask, one answer."""
    assert out(capfd, *arguments) == "goleaklint 0.1.0\n"


def test_help(capfd: pytest.CaptureFixture[str]) -> None:
    """Help names every command, and `-h` is `--help`."""
    text = out(capfd, "-h")
    assert text == out(capfd, "--help")
    assert [name for name in COMMANDS if f"\n  {name} " not in text] == []


def test_an_unknown_command(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    """What was meant is suggested: a command, or the check of a path."""
    assert out(capfd, "chekc", code=2).endswith("Error: no such command chekc; did you mean check?\n")
    (here / "main.go").touch()
    assert out(capfd, "main.go", code=2).endswith(
        "Error: no such command main.go; to check it: goleaklint check main.go\n"
    )


def test_rules(capfd: pytest.CaptureFixture[str]) -> None:
    """One line for each rule: code, name, severity, confidence, title."""
    lines = out(capfd, "rules", "--rules", RULES).splitlines()
    assert [" ".join(line.split()) for line in lines if line.startswith(("GLK90", "TST202"))] == [
        "GLK900 unused-suppression warning very-high A suppression comment that suppresses nothing. (fixable)",
        "GLK901 malformed-suppression warning very-high A suppression comment that cannot be read.",
        "TST202 empty-select error high A select without cases.",
    ]
    assert len({line.index(line.split()[2]) for line in lines}) == 1


def test_rules_as_json(capfd: pytest.CaptureFixture[str]) -> None:
    """The whole card of each rule."""
    cards = json.loads(out(capfd, "rules", "--format", "json", "--rules", RULES))
    (card,) = (card for card in cards if card["code"] == "TST202")
    doc = card.pop("doc")
    assert doc.startswith("A select without cases.\n\n*Why it leaks*\n")
    assert card == {
        "code": "TST202",
        "name": "empty-select",
        "title": "A select without cases.",
        "severity": "error",
        "confidence": "high",
        "waitReasons": ["select (no cases)"],
        "since": "0.1.0",
        "go": "",
        "preview": False,
        "fixable": False,
        "fix": "",
    }


def test_rule(capfd: pytest.CaptureFixture[str]) -> None:
    """Code or name; the card and the docstring of the rule file."""
    text = out(capfd, "rule", "TST202", "--rules", RULES)
    assert text == out(capfd, "rule", "empty-select", "--rules", RULES)
    assert text.startswith(
        "# TST202 empty-select\n\n"
        "severity error, confidence high, since 0.1.0\n"
        "in a goroutine dump: [select (no cases)]\n\n"
        "A select without cases.\n\n*Why it leaks*\n"
    )


def test_every_rule(capfd: pytest.CaptureFixture[str]) -> None:
    """`--all` explains all of them, in the order of their codes."""
    headings = [line for line in out(capfd, "rule", "--all", "--rules", RULES).splitlines() if line.startswith("# ")]
    codes = [line.split()[1] for line in headings]
    assert codes == sorted(codes)
    assert {"GLK900", "TST202", "TST999"} <= set(codes)


def test_rule_in_colour(capfd: pytest.CaptureFixture[str]) -> None:
    """On a terminal the page is rendered."""
    text = out(capfd, "rule", "TST202", "--rules", RULES, "--color", "always")
    assert "\x1b[" in text
    assert "TST202 empty-select" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rule", "TST203", "--rules", RULES], "Error: unknown rule TST203; did you mean TST202?\n"),
        (["rule"], "Error: give the code or the name of one rule, or --all\n"),
        (["rule", "TST202", "--all"], "Error: give the code or the name of one rule, or --all\n"),
        (["rules", "--rules", "none"], "/none: no such folder of rules\n"),
    ],
)
def test_bad_use(arguments: list[str], message: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Bad use is 2, with a message."""
    assert out(capfd, *arguments, code=2).endswith(message)


def test_a_broken_rule_file(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    """The file and the line are named, and no traceback is shown."""
    (here / "bad.py").write_text("'''D.'''\n1/0\n")
    text = out(capfd, "rules", "--rules", ".", code=2)
    assert text == f"Error: {here.as_posix()}/bad.py:2: ZeroDivisionError: division by zero\n"


def test_config_show_is_a_config_file(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    """What it prints can be read back, and means the same."""
    (here / ".git").mkdir()
    (here / "goleaklint.toml").write_text('select = ["GLK900"]\nper-file-ignores = { "a/*" = ["GLK901"] }\n')
    shown = out(capfd, "config", "show")
    assert 'select = ["GLK900"]\n' in shown
    (here / "goleaklint.toml").write_text(shown)
    assert out(capfd, "config", "show") == shown
    assert out(capfd, "config", "path") == f"{here.as_posix()}/goleaklint.toml\n"
    assert out(capfd, "config", "path", "--isolated") == ""


def test_config_schema(capfd: pytest.CaptureFixture[str]) -> None:
    """A JSON Schema of the file."""
    assert json.loads(out(capfd, "config", "schema"))["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_config_verify(capfd: pytest.CaptureFixture[str], here: Path) -> None:
    """Keys, values, and the rules that are named."""
    assert out(capfd, "config", "verify") == ""
    (here / "goleaklint.toml").write_text('per-file-ignores = { "a/*" = ["GLK99"] }\n')
    assert out(capfd, "config", "verify", code=2) == "Error: unknown rule GLK99; did you mean GLK901?\n"


def test_cache_dir_and_clean(here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """`cache dir` prints where results are, `cache clean` removes them, and a second one has nothing to do."""
    kept = here / "kept"
    monkeypatch.setenv("GOLEAKLINT_CACHE_DIR", str(kept))
    (here / "a.go").write_text("package a\n")
    assert out(capfd, "cache", "dir") == f"{kept.as_posix()}\n"
    out(capfd, "check", "--no-cache", "a.go")
    assert not kept.exists()
    out(capfd, "check", "a.go")
    assert (kept / "goleaklint.sqlite").is_file()
    assert run(["cache", "clean"]) == 0
    assert capfd.readouterr().err.startswith(f"removed {kept.as_posix()}/goleaklint.sqlite (")
    assert list(kept.iterdir()) == []
    assert run(["cache", "clean"]) == 0
    assert capfd.readouterr().err == "nothing is kept\n"
