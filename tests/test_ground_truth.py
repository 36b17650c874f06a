"""Ground truth: what testdata/ calls a leak is one, and what it calls sound is sound, when Go runs it.

In the folders of the rules that ask what is stuck each function `LeakX()` and `OkX()` arranges its own inputs, also in
unfortunate.go, where the analysis is wrong about them. A `LeakX` leaves goroutines behind (or never returns), an
`OkX` returns and leaves none; and each line that is marked as a
leak is one at which a goroutine is parked in the end.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from test_rules import KINDS, RULES, TESTDATA, go_files, marks

from goleaklint.catalog import built_in_folder

GO = shutil.which("go")
RULE_FILES = {name: built_in_folder() / f"{name.replace('-', '_')}.py" for name in RULES}
_STUCK = re.compile(r"package\.stuck\(|is_new\(|locks_of\(")
OTHERS = {
    "timer-drain",
    "endless-once",
    "unreleased-semaphore",
}  # decided without an exploration, and yet about one operation that blocks for ever
FOLDERS = [name for name, file in RULE_FILES.items() if name in OTHERS or _STUCK.search(file.read_text())]

ELSEWHERE = {"wrong-unlock"}  # what is marked is the call that is wrong: others wait for what it spoils

pytestmark = pytest.mark.skipif(GO is None, reason="Go is not installed: testdata is not run")

HARNESS = """package {package}

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestTruth(t *testing.T) {{
	signal.Notify(make(chan os.Signal, 1), os.Interrupt) // starts a goroutine of the library, once for the process
	signal.Reset()
	time.Sleep(time.Millisecond)
	run := func(name string, leaks bool, f func()) {{
		before := runtime.NumGoroutine()
		go f()
		if leaks {{
			time.Sleep(60 * time.Millisecond)
		}}
		left := runtime.NumGoroutine() - before
		for begin := time.Now(); (left > 0) != leaks && time.Since(begin) < 5*time.Second; {{
			time.Sleep(time.Millisecond)
			left = runtime.NumGoroutine() - before
		}}
		fmt.Println("TRUTH left", name, left > 0)
	}}
	asTest := func(name string, f func(*testing.T)) func() {{
		return func() {{
			all := func(_, _ string) (bool, error) {{ return true, nil }}
			testing.RunTests(all, []testing.InternalTest{{{{Name: name, F: f}}}})
		}}
	}}
	_ = asTest
{calls}
	stacks := make([]byte, 1<<22)
	stacks = stacks[:runtime.Stack(stacks, true)]
	here, _ := os.Getwd()
	frame := regexp.MustCompile(`(?m)^\\t(\\S+\\.go):(\\d+)`)
	for _, goroutine := range strings.Split(string(stacks), "\\n\\n") {{
		goroutine, _, _ = strings.Cut(goroutine, "created by")
		for _, at := range frame.FindAllStringSubmatch(goroutine, -1) {{
			if filepath.Dir(at[1]) == here {{
				fmt.Println("TRUTH parked", filepath.Base(at[1]), at[2])
				break
			}}
		}}
	}}
}}
"""

_FUNCTION = re.compile(r"^func ((Leak|Ok|TestLeak|TestOk)\w*)\((\w+ \*testing\.T)?\)", re.MULTILINE)
_TRUTH = re.compile(r"^TRUTH (\w+) (\S+) (\S+)$", re.MULTILINE)


def is_built(path: Path) -> bool:
    return not re.search(r"^//go:build ", path.read_text(), re.MULTILINE)


def run_files(name: str) -> list[Path]:
    return [path for kind in KINDS for path in go_files(RULES[name], kind) if is_built(path)]


def functions(name: str) -> list[tuple[str, bool, bool]]:
    """Each function to run: its name, whether it leaks, whether it is a test."""
    return [
        (found[1], "Leak" in found[2], bool(found[3]))
        for path in run_files(name)
        for found in _FUNCTION.finditer(path.read_text())
    ]


def go(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    assert GO is not None
    env = os.environ | {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    return subprocess.run([GO, *args], cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, str, str]]]:
    """By folder, what the harness saw: `("left", function, "true")`, `("parked", file, line)`."""
    module = tmp_path_factory.mktemp("truth")
    shutil.copy(TESTDATA / "go.mod", module)
    for name in FOLDERS:
        shutil.copytree(TESTDATA / name, module / name)
        text = (module / name / "ok.go").read_text()
        package = re.search(r"^package (\w+)", text, re.MULTILINE)
        assert package is not None
        calls = [
            f'\trun("{function}", {str(leaks).lower()}, '
            + (f'asTest("{function}", {function}))' if is_test else f"{function})")
            for function, leaks, is_test in functions(name)
        ]
        (module / name / "truth_test.go").write_text(HARNESS.format(package=package[1], calls="\n".join(calls)))
    results: dict[str, list[tuple[str, str, str]]] = {}
    done = go(module, "test", "-v", "-vet=off", "-count=1", "-run", "^TestTruth$", "./...")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    start = 0
    for end in re.finditer(r"^ok\s+\S+/(\S+)\s.*\n", done.stdout, re.MULTILINE):
        seen = _TRUTH.finditer(done.stdout, start, end.start())
        results[end[1]] = [(line[1], line[2], line[3]) for line in seen]
        start = end.end()
    return results


@pytest.mark.parametrize("name", FOLDERS)
def test_what_leaks(name: str, truth: dict[str, list[tuple[str, str, str]]]) -> None:
    """Every LeakX leaves something behind, every OkX nothing."""
    seen = {function: left == "true" for what, function, left in truth[name] if what == "left"}
    assert seen == {function: leaks for function, leaks, _ in functions(name)}


@pytest.mark.parametrize("name", [name for name in FOLDERS if name not in ELSEWHERE])
def test_where_it_leaks(name: str, truth: dict[str, list[tuple[str, str, str]]]) -> None:
    """At every line that is marked as a leak a goroutine is parked."""
    parked = {(file, int(line)) for what, file, line in truth[name] if what == "parked"}
    marked = {
        (path.name, mark.line)
        for path in run_files(name)
        for mark in marks(path.read_text())
        if mark.kind in ("want", "note", "missed")
    }
    single_case = {(file, line - 1) for file, line in parked}  # `select { case <-c: }` is compiled to `<-c`
    assert sorted(marked - parked - (single_case if name == "dead-select" else set())) == []


@functools.cache
def modules() -> list[Path]:
    return sorted(path.parent for path in TESTDATA.rglob("go.mod") if "dumps" not in path.parts)


@pytest.mark.parametrize("module", modules(), ids=lambda path: path.name)
def test_testdata_compiles(module: Path) -> None:
    """It is Go that a compiler accepts, tests included."""
    done = go(module, "test", "-vet=off", "-run", "^$", "./...")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
