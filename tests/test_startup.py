"""Start-up time counts in a hook: what is imported when."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "rich",
    "pathspec",
    "concurrent",
    "multiprocessing",
    "tree_sitter",
    "pygments",
    "networkx",
    "difflib",
    "asyncio",
    "pygls",
    "lsprotocol",
    "cattrs",
)


def imported(code: str, cwd: Path) -> list[str]:
    """Which of the heavy packages a fresh interpreter has imported after running `code`."""
    report = (
        "import sys, json; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)"
    )
    command = [sys.executable, "-c", f"{code}\n{report}"]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    return [name for name in HEAVY if name in loaded]


# What a dump without source beside it does not need.
LATE = frozenset(
    {
        "goleaklint.catalog",
        "goleaklint.correlate.account",
        "goleaklint.driver",
        "goleaklint.dump.compare",
        "goleaklint.dump.protobuf",
        "goleaklint.explore",
        "goleaklint.facts",
        "goleaklint.store",
        "gzip",
        "sqlite3",
        "subprocess",
        "tomllib",
        "urllib.request",
    }
)


def late(code: str, cwd: Path) -> set[str]:
    """Which of LATE a fresh interpreter has imported after running `code`."""
    command = [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules, file=sys.stderr)"]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split()) & LATE


def test_the_command_line_alone(tmp_path: Path) -> None:
    """`import goleaklint.cli` is click and little more."""
    assert imported("import goleaklint.cli", tmp_path) == []


@pytest.mark.parametrize(
    "arguments", [["--version"], ["version"], ["--help"], ["check", "--help"], ["server", "--help"]]
)
def test_questions_about_the_program(arguments: list[str], tmp_path: Path) -> None:
    """Help and version load no analysis."""
    assert imported(f"from goleaklint.cli import run; run({arguments!r})", tmp_path) == []


@pytest.mark.parametrize("name", ["sarif", "json", "concise", "github", "full"])
def test_check_of_a_small_package(name: str, tmp_path: Path) -> None:
    """A hook on one file loads the parser, and neither rich nor a process pool."""
    (tmp_path / "a.go").write_text("package a\n\nfunc f(c chan int) { go func() { c <- 1 }() }\n")
    code = f"from goleaklint.cli import run; run(['check', '--format', {name!r}, 'a.go'])"
    assert imported(code, tmp_path) == ["tree_sitter"]


def test_configuration_with_patterns(tmp_path: Path) -> None:
    """Patterns bring pathspec, only when there are any."""
    (tmp_path / "a.go").write_text("package a\n\nvar C = make(chan int)\n")
    (tmp_path / "goleaklint.toml").write_text('exclude = ["gen/"]\n')
    assert imported("from goleaklint.cli import run; run(['check', '.'])", tmp_path) == ["pathspec", "tree_sitter"]


DUMP = """\
goroutine 1 [running]:
main.main()
\t/src/app/main.go:9 +0x1d

goroutine 7 [chan send, 12 minutes]:
main.main.func1()
\t/src/app/main.go:5 +0x1d
created by main.main in goroutine 1
\t/src/app/main.go:4 +0x2a
"""


@pytest.mark.parametrize("arguments", [[], ["--format", "json"], ["--max-wait", "5"]])
def test_a_dump_without_source_beside_it(arguments: list[str], tmp_path: Path) -> None:
    """Where no Go is, nothing that reads it is loaded: a dump is often read on a machine without the checkout."""
    (tmp_path / "dump.txt").write_text(DUMP)
    code = f"from goleaklint.cli import run; run(['dump', 'dump.txt', *{arguments!r}])"
    assert imported(code, tmp_path) == []
    assert late(code, tmp_path) == set()


def test_a_dump_beside_its_source(tmp_path: Path) -> None:
    """With source the parser is loaded; what compares dumps and what reads profiles is not."""
    (tmp_path / "dump.txt").write_text(DUMP)
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {\n\tgo func() { select {} }()\n}\n")
    code = "from goleaklint.cli import run; run(['dump', 'dump.txt'])"
    assert imported(code, tmp_path) == ["tree_sitter"]
    unused = {"goleaklint.dump.compare", "goleaklint.dump.protobuf", "gzip", "tomllib", "urllib.request"}
    assert late(code, tmp_path) & unused == set()


def cpu_seconds(command: list[str], cwd: Path) -> float:
    """The least processor time of a command in five runs: the machine may be busy, but it is never too fast.

    A run before them writes the bytecode, as pip does when it installs.
    """
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environ["PYTHONPYCACHEPREFIX"] = str(cwd / "bytecode")
    times = []
    for _ in range(6):
        before = os.times()
        subprocess.run(command, cwd=cwd, capture_output=True, check=False, env=environ)
        after = os.times()
        times.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return min(times[1:])


@pytest.mark.skipif(os.name == "nt", reason="processor times of children are not kept")
def test_a_small_check_costs_little_more_than_its_imports(tmp_path: Path) -> None:
    """Three times the imports that nobody can avoid is the limit."""
    (tmp_path / "a.go").write_text("package a\n\nfunc f(c chan int) { go func() { c <- 1 }() }\n")
    floor = cpu_seconds([sys.executable, "-c", "import click, tree_sitter, tree_sitter_go"], tmp_path)
    tool = cpu_seconds([sys.executable, "-c", "from goleaklint.cli import main; main()", "check", "a.go"], tmp_path)
    assert tool <= 3 * floor, (tool, floor)
