"""`goleaklint check` as a user runs it: exit codes, what goes where, and what is said of bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from goleaklint.cli import run
from goleaklint.config import FORMATS

RULES = (Path(__file__).parent.parent / "example_rules").as_posix()
SELECT = ("--rules", RULES, "--select", "TST202,fragile,GLK900,GLK901")
LEAK = "package a\n\nfunc f(c chan int) {\n\tselect {}\n}\n"


class Done:
    """What one run left: its exit code, standard output and standard error."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


class Tool:
    """Runs the command line in this process."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self.capfd = capfd

    def __call__(self, *arguments: str) -> Done:
        code = run(arguments)
        return Done(code, *self.capfd.readouterr())

    def check(self, *arguments: str) -> Done:
        return self("check", *SELECT, *arguments)


@pytest.fixture
def tool(capfd: pytest.CaptureFixture[str]) -> Tool:
    return Tool(capfd)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with one leak, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "GOLEAKLINT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "a").mkdir()
    (tmp_path / "a/a.go").write_text(LEAK)
    return tmp_path


CONCISE = "a/a.go:4:2: TST202 select {} waits for ever\n"
FULL = """\
error[TST202]: select {} waits for ever (empty-select, high confidence)
 --> a/a.go:4:2
  |
4 | select {}
  | ^^^^^^^^^

"""


def test_findings_are_1(tree: Path, tool: Tool) -> None:
    """Findings go to standard output, the count to standard error."""
    done = tool.check()
    assert (done.code, done.out, done.err) == (1, FULL, "1 finding (1 error) in 1 file, 5 lines, 1 package\n")


def test_clean_is_0(tree: Path, tool: Tool) -> None:
    """A clean run prints nothing but its count."""
    done = tool.check("--ignore", "empty-select")
    assert (done.code, done.out, done.err) == (0, "", "0 findings in 1 file, 5 lines, 1 package\n")


@pytest.mark.parametrize(
    ("comment", "options", "code"),
    [
        ("", ["--exit-zero"], 0),
        ("// note", [], 0),
        ("// note", ["--fail-on", "note"], 1),
        ("", ["--fail-on", "error"], 1),
        ("// low", [], 0),
        ("// low", ["--min-confidence", "low"], 1),
        ("", ["--min-confidence", "very-high"], 0),
        ("//goleaklint:ignore TST202 the server", [], 0),
        ("//goleaklint:ignore TST202 the server", ["--ignore-suppressions"], 1),
    ],
)
def test_exit_codes(tree: Path, tool: Tool, comment: str, options: list[str], code: int) -> None:
    """1 is for findings that are shown and at least as bad as --fail-on."""
    (tree / "a/a.go").write_text(LEAK.replace("{}", f"{{}} {comment}", 1))
    assert tool.check(*options).code == code


def test_quiet_and_verbose(tree: Path, tool: Tool) -> None:
    """`-q` says nothing on standard error; `-v` what was skipped and suppressed; `--statistics` counts by rule."""
    (tree / "vendor").mkdir()
    assert tool.check("-q").err == ""
    assert tool.check("--format", "concise").err == ""
    assert tool.check("-v", "--statistics", "--format", "concise").err == (
        "     1  TST202 empty-select\n"
        "skipped 1: vendor\n"
        "suppressed 0 by comments\n"
        "1 finding (1 error) in 1 file, 5 lines, 1 package\n"
    )


def test_output_files(tree: Path, tool: Tool) -> None:
    """Each --output is written whole, beside what goes to standard output."""
    (tree / "r.json").write_text("old")
    done = tool.check("--format", "concise", "--output", "sarif=r.sarif", "--output", "json=r.json")
    assert (done.code, done.out) == (1, CONCISE)
    assert len(json.loads((tree / "r.sarif").read_text())["runs"][0]["results"]) == 1
    assert len(json.loads((tree / "r.json").read_text())["findings"]) == 1
    assert sorted(path.name for path in tree.iterdir()) == ["a", "r.json", "r.sarif"]


def test_json(tree: Path, tool: Tool) -> None:
    """The document is as docs/json.md says."""
    document = json.loads(tool.check("--format", "json").out)
    document["findings"][0]["fingerprint"] = "…"
    assert document == {
        "schemaVersion": 1,
        "goleaklint": "0.1.0",
        "findings": [
            {
                "code": "TST202",
                "name": "empty-select",
                "severity": "error",
                "confidence": "high",
                "message": "select {} waits for ever",
                "function": "",
                "span": {"path": "a/a.go", "line": 4, "column": 2, "endLine": 4, "endColumn": 11},
                "related": [],
                "flow": [],
                "fingerprint": "…",
                "goroutines": None,
            }
        ],
        "diagnostics": [],
        "rules": [
            {
                "code": "TST202",
                "name": "empty-select",
                "title": "A select without cases.",
                "waitReasons": ["select (no cases)"],
            }
        ],
        "rulesOn": ["GLK900", "GLK901", "TST202", "TST999"],
        "stats": {
            "files": 1,
            "lines": 5,
            "packages": 1,
            "suppressed": 0,
            "baselined": 0,
            "stale": 0,
            "old": 0,
            "skipped": {},
        },
        "statistics": [{"code": "TST202", "findings": 1}],
        "live": None,
    }


def test_color(tree: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour is an escape sequence away: --color decides, then NO_COLOR, then FORCE_COLOR, then the terminal."""
    assert "\x1b[" not in tool.check().out
    assert "\x1b[" in tool.check("--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in tool.check().out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in tool.check().out
    assert "\x1b[" in tool.check("--color", "always").out


def test_configuration_file(tree: Path, tool: Tool) -> None:
    """Its paths are relative to it; `--isolated` leaves it."""
    (tree / "lint").symlink_to(RULES)
    (tree / ".goleaklint.toml").write_text('rules = ["lint"]\nformat = "concise"\nselect = ["TST202"]\n')
    assert tool("check").out == CONCISE
    assert tool("check", "--config", 'exclude=["a/"]').out == ""
    assert tool("check", "--isolated", "--select", "GLK900", "--format", "concise").out == ""


def test_exclude(tree: Path, tool: Tool) -> None:
    """A named file is checked although it is excluded, unless --force-exclude is given, as a hook does."""
    options = ("--format", "concise", "--exclude", "a/")
    assert tool.check(*options).out == ""
    assert tool.check(*options, "a/a.go").out == CONCISE
    done = tool.check(*options, "--force-exclude", "a/a.go")
    assert (done.code, done.out, done.err) == (0, "", "no Go files to check\n")


def test_tests(tree: Path, tool: Tool) -> None:
    """`--no-tests` leaves out test files."""
    (tree / "a/a_test.go").write_text(LEAK)
    assert tool.check("--format", "concise").out.count("\n") == 2
    assert tool.check("--format", "concise", "--no-tests").out == CONCISE


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none"], "Error: no such file or directory: none\n"),
        (["--select", "GLK90"], "Error: unknown rule GLK90; did you mean GLK901?\n"),
        (["--ignore", "empty-selekt"], "Error: unknown rule empty-selekt; did you mean empty-select?\n"),
        (["--rules", "none"], "/none: no such folder of rules\n"),
        (["--config", "jbos=1"], "Error: --config jbos=1: unknown key jbos; did you mean jobs?\n"),
        (["--config", "none.toml"], "Error: none.toml: no such configuration file\n"),
        (["--format", "xml"], f"'xml' is not one of {', '.join(map(repr, FORMATS))}.\n"),
        (["--output", "sarif"], "Error: --output sarif: not FORMAT=PATH\n"),
        (["--output", "xml=x"], f"Error: --output xml=x: xml is not one of {', '.join(FORMATS)}\n"),
        (["--output", "json=none/x"], "Error: cannot write none/x: No such file or directory\n"),
        (["--no-such-option"], "Error: No such option '--no-such-option'.\n"),
        (["-", "a"], "Error: standard input (-) cannot be checked together with other paths\n"),
    ],
)
def test_bad_use_is_2(tree: Path, tool: Tool, arguments: list[str], message: str) -> None:
    """Bad use says what is wrong on standard error, and prints no data."""
    done = tool.check(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(message)


def test_a_bad_configuration_file_is_2(tree: Path, tool: Tool) -> None:
    """The message names the file and the key, and what was meant."""
    (tree / "goleaklint.toml").write_text("min-confidance = 'high'\n")
    done = tool.check()
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("/goleaklint.toml: unknown key min-confidance; did you mean min-confidence?\n")


def test_a_binary_file_is_reported_and_the_rest_is_checked(tree: Path, tool: Tool) -> None:
    """It is 2 with --strict-parse, or when there was nothing else."""
    (tree / "a/b.go").write_bytes(b"\x7fELF\x00\x01")
    done = tool.check("--format", "concise")
    assert (done.code, done.out, done.err) == (1, CONCISE, "a/b.go: binary: holds a NUL byte, so it is not Go source\n")
    assert tool.check("--strict-parse").code == 2
    assert tool.check("--config", "strict-parse=true").code == 2
    assert tool.check("a/b.go").code == 2


def test_a_directory_without_go_is_clean(tree: Path, tool: Tool) -> None:
    """A hook must not fail for it."""
    (tree / "empty").mkdir()
    done = tool.check("empty")
    assert (done.code, done.out, done.err) == (0, "", "no Go files to check\n")


def test_a_crash_in_a_rule_is_told(tree: Path, tool: Tool) -> None:
    """The findings are there, and so is the trouble."""
    (tree / "a/a.go").write_text(LEAK.replace("{}", "{} // crash", 1))
    done = tool.check("--format", "concise")
    assert (done.code, done.out) == (1, CONCISE)
    assert done.err == "a: internal: TST999: ValueError: cannot go on\n"


def test_no_traceback(tree: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected exception is one line; the traceback comes when it is asked for."""
    from goleaklint import driver

    def broken(*paths: object, **choices: object) -> None:
        raise RuntimeError("no\nway")

    monkeypatch.setattr(driver, "check_paths", broken)
    done = tool.check()
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "goleaklint: internal error: RuntimeError: no\n"
        "Set GOLEAKLINT_DEBUG=1 for the traceback, and please report it.\n"
    )
    assert "Traceback" in tool.check("-vv").err
    monkeypatch.setenv("GOLEAKLINT_DEBUG", "1")
    assert "Traceback" in tool.check().err


def test_an_interrupt_is_2(tree: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback, and nothing above 2."""
    from goleaklint import driver

    def interrupted(*paths: object, **choices: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(driver, "check_paths", interrupted)
    done = tool.check()
    assert (done.code, done.out, done.err.strip()) == (2, "", "goleaklint: interrupted")


COMMAND = [sys.executable, "-c", "from goleaklint.cli import main; main()", "check", *SELECT]


def test_standard_input(tree: Path) -> None:
    """`-` reads the file from standard input, in the package that its name says."""
    options = ["--format", "concise", "--stdin-filename", "a/new.go", "-"]
    done = subprocess.run([*COMMAND, *options], input=LEAK, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, CONCISE.replace("a/a.go", "a/new.go"), "")


def test_a_reader_that_leaves(tree: Path) -> None:
    """`goleaklint check | head -0` ends without a word."""
    (tree / "a/a.go").write_text(LEAK + "// x\n" + "func g() { select {} }\n" * 3000)
    with subprocess.Popen(
        [*COMMAND, "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
    assert (process.returncode, errors) == (1, "")


def test_any_locale(tree: Path) -> None:
    """Standard output is UTF-8 whatever the locale says."""
    (tree / "ü").mkdir()
    (tree / "ü/a.go").write_text(LEAK)
    environ = os.environ | {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([*COMMAND, "--format", "concise", "ü"], capture_output=True, env=environ, check=False)
    assert done.stdout.decode() == CONCISE.replace("a/a.go", "ü/a.go")
