"""`goleaklint dump --write-test`: tests in Go that fail while a leak is there, and pass when it is repaired."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from goleaklint import cli

PROJECTS = Path(__file__).parents[2] / "testdata" / "projects"
GO = shutil.which("go")
DUMP = """\
goroutine 1 [running]:
main.main()
	/src/ledger/cmd/ledger/main.go:19 +0x1d

goroutine 7 [chan send, 3 minutes]:
example.com/ledger.Balance.func1()
	/src/ledger/ledger.go:15 +0x3a
created by example.com/ledger.Balance in goroutine 1
	/src/ledger/ledger.go:13 +0x86

goroutine 9 [chan receive, 3 minutes]:
example.com/ledger.Follow.func1()
	/src/ledger/ledger.go:47 +0x3a
created by example.com/ledger.Follow in goroutine 1
	/src/ledger/ledger.go:46 +0x86
"""
WRITTEN = """\
// Regression tests for goroutine leaks, written by goleaklint from dump.txt.

package ledger

import (
	"regexp"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// TestGoroutineLeakBalance fails while goroutines created by example.com/ledger.Balance
// are left when the code has run. The dump had 1 goroutine, created at ledger.go:13, in [chan send].
func TestGoroutineLeakBalance(t *testing.T) {
	checkGoroutineLeak(t, `^created by example\\.com/ledger\\.Balance( in goroutine \\d+)?$`, func() {
		Balance()
	})
}

// TestGoroutineLeakFollow fails while goroutines created by example.com/ledger.Follow
// are left when the code has run. The dump had 1 goroutine, created at ledger.go:46, in [chan receive].
func TestGoroutineLeakFollow(t *testing.T) {
	t.Skip("write the call that creates the goroutines below, then take this line away")
	checkGoroutineLeak(t, `^created by example\\.com/ledger\\.Follow( in goroutine \\d+)?$`, func() {
		// func Follow(name string, tick chan struct{})
	})
}
"""

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `dump` in a copy of the leaking project, a dump beside it; code and standard error."""
    shutil.copytree(PROJECTS / "ledger", tmp_path / "ledger")
    monkeypatch.chdir(tmp_path / "ledger")
    Path("../dump.txt").write_text(DUMP)

    def call(*arguments: str) -> tuple[int, str]:
        code = cli.run(["dump", "--isolated", *arguments])
        return code, capfd.readouterr().err

    return call


def test_a_file_for_each_package(run: Run) -> None:
    """In the package's place below the directory; what needs arguments is left to a person, and skipped till then."""
    code, err = run("../dump.txt", "--write-test", ".")
    assert (code, err) == (
        0,
        "wrote goroutine_leak_test.go: 2 tests for package ledger,"
        " 1 of which must be given the call that creates the goroutines\n",
    )
    assert Path("goroutine_leak_test.go").read_text().partition("\n// checkGoroutineLeak fails")[0] == WRITTEN


def test_elsewhere(run: Run) -> None:
    """Another directory gets the same tree; one file is named as the user wants."""
    assert run("../dump.txt", "--write-test", "../out/deep")[0] == 0
    assert Path("../out/deep/goroutine_leak_test.go").is_file()
    assert run("../dump.txt", "--write-test", "leaks_test.go")[0] == 0
    assert Path("leaks_test.go").read_text() == Path("../out/deep/goroutine_leak_test.go").read_text()


def test_names_that_the_package_has_already(run: Run) -> None:
    """Get a number: the package must compile."""
    Path("other_test.go").write_text(
        "package ledger\n\nfunc checkGoroutineLeak() {}\n\nvar (\n\tTestGoroutineLeakBalance = 1\n)\n"
    )
    run("../dump.txt", "--write-test", ".")
    names = re.findall(r"^func (\w+)\(", Path("goroutine_leak_test.go").read_text(), re.MULTILINE)
    assert names == ["TestGoroutineLeakBalance2", "TestGoroutineLeakFollow", "checkGoroutineLeak2"]


def test_bad_use(run: Run) -> None:
    """Nothing is written over a file, to a file that Go does not test, or for goroutines of another program."""
    Path("goroutine_leak_test.go").write_text("package ledger\n")
    assert run("../dump.txt", "--write-test", ".") == (
        2,
        "Error: goroutine_leak_test.go exists; nothing is written over it\n",
    )
    assert Path("goroutine_leak_test.go").read_text() == "package ledger\n"
    code, err = run("../dump.txt", "--write-test", "leaks.go")
    assert (code, err.splitlines()[-1]) == (
        2,
        "Error: --write-test leaks.go: Go runs tests only of files that end in _test.go",
    )
    Path("../empty").mkdir()
    assert run("../dump.txt", "--repo", "../empty", "--write-test", ".") == (
        2,
        "Error: --write-test .: no leaking group was created in ../empty\n",
    )
    Path("../file").write_text("")
    code, err = run("../dump.txt", "--write-test", "../file")
    assert (code, err) == (2, "Error: cannot write ../file/goroutine_leak_test.go: File exists\n")


def test_hostile_names(run: Run) -> None:
    """No name of a dump ends a comment or a string of the test."""
    name = 'example.com/ledger.Balance`"\\\u2028\ufeff*/'
    text = DUMP.replace("created by example.com/ledger.Balance", f"created by {name}")
    Path("../dump.txt").write_text(text.replace("[chan send", "[chan send\u2028"), encoding="utf-8")
    run("../dump.txt", "--write-test", ".")
    written = Path("goroutine_leak_test.go").read_text(encoding="utf-8")
    assert [char for char in "\u2028\ufeff" if char in written] == []
    if GO is not None:
        assert subprocess.run([GO, "vet", "."], capture_output=True, check=False).returncode == 0


def verdicts() -> dict[str, str]:
    """What `go test` says of each test, run in the working directory."""
    assert GO is not None
    done = subprocess.run([GO, "test", "-v", "."], capture_output=True, text=True, check=False)
    return {name: word for word, name in re.findall(r"^--- (\w+): (\w+)", done.stdout, re.MULTILINE)}


@pytest.mark.skipif(GO is None, reason="Go is not installed: the tests that are written cannot be run")
def test_they_fail_on_the_leak_and_pass_on_its_repair(run: Run) -> None:
    """From a real dump of the leaking program; the file is as gofmt wants it."""
    assert GO is not None
    captured = subprocess.run([GO, "run", "./cmd/ledger"], capture_output=True, check=True).stdout
    Path("../dump.txt").write_bytes(captured)
    assert run("../dump.txt", "--write-test", ".")[0] == 0
    gofmt = shutil.which("gofmt")
    if gofmt is not None:
        listed = subprocess.run([gofmt, "-l", "."], capture_output=True, text=True, check=True)
        assert listed.stdout == ""
    assert verdicts() == {
        "TestGoroutineLeakBalance": "FAIL",
        "TestGoroutineLeakAudit": "FAIL",
        "TestGoroutineLeakFollow": "SKIP",
    }
    shutil.copy(PROJECTS / "ledger-repaired" / "ledger.go", "ledger.go")
    assert verdicts() == {
        "TestGoroutineLeakBalance": "PASS",
        "TestGoroutineLeakAudit": "PASS",
        "TestGoroutineLeakFollow": "SKIP",
    }
    test = Path("goroutine_leak_test.go")
    filled = re.sub(r"\tt\.Skip.*\n", "", test.read_text())
    test.write_text(filled.replace("// func Follow(name string, tick chan struct{})", 'Follow("a", nil)'))
    assert verdicts()["TestGoroutineLeakFollow"] == "FAIL"
