"""`goleaklint confirm` on a module that Go builds and runs: each way in which a package's tests may go."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goleaklint import cli

GO = shutil.which("go")
needs_go = pytest.mark.skipif(GO is None, reason="no go command on PATH to run tests with")

LEAK = """\
package {package}

import (
	"context"
	"time"
)

// Ask leaves its goroutine behind when ctx ends first.
func Ask(ctx context.Context) int {{
	answer := make(chan int)
	go func() {{
		time.Sleep(20 * time.Millisecond)
		answer <- 1
	}}()
	select {{
	case n := <-answer:
		return n
	case <-ctx.Done():
		return 0
	}}
}}
"""
GIVE_UP = """\
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	{ask}(ctx)
"""
TEST = """\
package {package}

import (
	"context"
	"testing"
	"time"
)

func TestAsk(t *testing.T) {{
{body}}}
"""
CLOCK = """\
package clock

import "time"

// Keep wakes up for ever.
func Keep() {
	go func() {
		for {
			time.Sleep(time.Millisecond)
		}
	}()
}
"""
MAIN = """\
package {package}

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {{
	{body}
}}
"""


def _package(name: str, body: str, *, package: str = "", ask: str = "Ask") -> dict[str, str]:
    """A package that leaks where its caller gives up, with one test."""
    body = body or GIVE_UP.format(ask=ask)
    return {
        f"{name}/ask.go": LEAK.format(package=name.rpartition("/")[2]),
        f"{name}/ask_test.go": TEST.format(package=package or name.rpartition("/")[2], body=body),
    }


FILES = {
    "go.mod": "module example.com/asking\n\ngo 1.20\n",
    **_package("seen", ""),
    **_package("waits", "\tif Ask(context.Background()) != 1 {\n\t\tt.Fatal(time.Second)\n\t}\n"),
    **_package("broken", "\tundefined(context.Background(), time.Second)\n"),
    "untested/ask.go": LEAK.format(package="untested"),
    **_package("exits", ""),
    "exits/main_test.go": MAIN.format(package="exits", body="os.Exit(m.Run())"),
    **_package("failing", GIVE_UP.format(ask="Ask") + '\tt.Error("not as it should be")\n'),
    **_package("blamed", '\t_, _ = context.Background(), time.Second\n\tt.Error("not as it should be")\n'),
    "clock/clock.go": CLOCK,
    "clock/clock_test.go": 'package clock\n\nimport "testing"\n\nfunc TestKeep(t *testing.T) { Keep() }\n',
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository") / "with space"
    files = dict(FILES)
    outside = TEST.format(package="outside_test", body=GIVE_UP.format(ask="outside.Ask"))
    files["outside/ask.go"] = LEAK.format(package="outside")
    files["outside/ask_test.go"] = outside.replace('"context"\n', '"context"\n\t"example.com/asking/outside"\n')
    _write(root, files)
    return root


def _write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _state(root: Path) -> dict[str, tuple[str, int]]:
    return {
        path.relative_to(root).as_posix(): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


Confirm = Callable[..., tuple[int, str, str]]


@pytest.fixture
def confirm(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Confirm:
    """Run `confirm` in the module; exit code, standard output and error. Nothing of it is left, or changed."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(tree)

    def call(*arguments: str) -> tuple[int, str, str]:
        before = _state(tree)
        code = cli.run(["confirm", "--isolated", *arguments])
        assert _state(tree) == before
        assert not list((tmp_path / "temporary").glob("goleaklint-confirm-*"))
        out, err = capfd.readouterr()
        return code, out, err

    return call


@needs_go
def test_each_way_that_tests_go(confirm: Confirm, tmp_path: Path) -> None:
    """A finding is confirmed, or not seen, or cannot be judged, and then the reason is told."""
    code, out, _ = confirm("--format", "json", "--min-confidence", "low", "--dumps", str(tmp_path / "dumps"))
    rows: list[dict[str, Any]] = json.loads(out)["findings"]
    told = {row["path"].partition("/")[0]: (row["status"], row["reason"].partition(" (")[0]) for row in rows}
    assert (code, told) == (
        1,
        {
            "blamed": ("not seen", "the tests failed: --- FAIL: TestAsk"),
            "broken": ("could not run", "./ask_test.go:10:2: undefined: undefined"),
            "clock": ("confirmed", ""),
            "exits": ("confirmed", ""),
            "failing": ("confirmed", ""),
            "outside": ("confirmed", ""),
            "seen": ("confirmed", ""),
            "untested": ("could not run", "the package has no tests"),
            "waits": ("not seen", ""),
        },
    )


@needs_go
def test_what_confirms(confirm: Confirm, tree: Path, tmp_path: Path) -> None:
    """The stack of the goroutine with the lines of the user's own files, and the dump that has it."""
    _, out, _ = confirm("seen", "--format", "json", "--dumps", str(tmp_path / "dumps"))
    [row] = json.loads(out)["findings"]
    dump = Path(row["dump"])
    assert len(row.pop("fingerprint")) >= 8
    assert row == {
        "status": "confirmed",
        "reason": "",
        "code": "GLK101",
        "name": "abandoned-send",
        "message": "send on answer blocks for ever when its receiver is gone",
        "path": "seen/ask.go",
        "line": 13,
        "goroutines": 1,
        "leaked": True,
        "waitReason": "chan send",
        "stack": [
            {"function": "example.com/asking/seen.Ask.func1", "file": str(tree / "seen" / "ask.go"), "line": 13},
        ],
        "createdBy": {"function": "example.com/asking/seen.Ask", "file": str(tree / "seen" / "ask.go"), "line": 11},
        "dump": str(tmp_path / "dumps" / "1.txt"),
    }
    text = dump.read_text()
    assert "[chan send (leaked)]" in text
    assert f"{tree}/seen/ask.go:13 " in text


@needs_go
def test_what_the_runtime_does_not_judge(confirm: Confirm) -> None:
    """A goroutine that sleeps is never leaked for the runtime: it counts when it is still there after the tests."""
    code, out, err = confirm("clock", "--min-confidence", "low", "-q")
    lines = out.splitlines()
    assert (code, err) == (1, "")
    assert lines[0].startswith("confirmed      clock/clock.go:7:2: GLK801 ")
    assert lines[1].startswith("    1 goroutine [sleep] left after the tests, in ")


@needs_go
def test_one_finding(confirm: Confirm) -> None:
    """By its place, its fingerprint, or its rule; only its package is run."""
    code, out, err = confirm("seen/ask.go:13")
    assert (code, out.count("confirmed "), "running the tests of seen\n" in err) == (1, 1, True)
    assert err.count("running the tests") == 1
    assert confirm("seen/ask.go:1") == (0, "", "no finding to confirm\n")
    code, out, _ = confirm("waits", "GLK101")
    assert (code, out.splitlines()[0]) == (
        0,
        "not seen       waits/ask.go:13:3: GLK101 send on answer blocks for ever when its receiver is gone",
    )
    assert confirm("waits", "lost-cancel") == (0, "", "no finding to confirm\n")


@needs_go
def test_only_some_tests(confirm: Confirm) -> None:
    """As with go test; what does not run shows nothing."""
    code, out, _ = confirm("seen", "--run", "TestOther")
    assert (code, out.partition(" ")[0]) == (0, "not")


@needs_go
def test_out_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, confirm: Confirm) -> None:
    """What hangs is ended; a leak that was there meanwhile is seen."""
    root = tmp_path / "hanging"
    files = _package("hang", GIVE_UP.format(ask="Ask") + "\ttime.Sleep(time.Hour)\n")
    _write(root, {"go.mod": FILES["go.mod"], **files})
    monkeypatch.chdir(root)
    code, out, _ = confirm("--timeout", "20")
    assert (code, out.partition(" ")[0]) == (1, "confirmed")


@needs_go
def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C leaves no copy, and no test that goes on."""
    root = tmp_path / "hanging"
    files = _package("hang", "\t_ = context.Background()\n\ttime.Sleep(time.Hour)\n")
    _write(root, {"go.mod": FILES["go.mod"], **files})
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", "from goleaklint import cli; cli.main()", "confirm", "--isolated"],
        cwd=root,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert _until(lambda: bool(list(temporary.glob("goleaklint-confirm-*/dumps/*/*.before"))))
    before = _running(temporary)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, b"")
    assert b"Traceback" not in err
    assert before
    assert _until(lambda: not _running(temporary))
    assert not list(temporary.glob("goleaklint-*"))


def _until(true: Callable[[], bool]) -> bool:
    for _ in range(600):
        if true():
            return True
        time.sleep(0.1)
    return False


def _running(temporary: Path) -> list[str]:
    """The processes that are to write their dumps below this directory."""
    setting = f"GOLEAKLINT_CONFIRM_DUMPS={temporary}/".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if setting in path.read_bytes():
                found.append(path.parent.name)
    return found


@needs_go
def test_several_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, confirm: Confirm) -> None:
    """Each is run in its own; one may use another that a replace line or a go.work puts beside it."""
    root = tmp_path / "modules"
    beside = 'import (\n\t"context"\n\t"example.com/lib"\n'
    test = TEST.format(package="app", body="\tlib.Number()\n" + GIVE_UP.format(ask="Ask"))
    files = {
        "lib/go.mod": "module example.com/lib\n\ngo 1.22\n",
        "lib/lib.go": "package lib\n\nfunc Number() int { return 1 }\n",
        "app/go.mod": "module example.com/app\n\ngo 1.22\n\nrequire example.com/lib v0.0.0\n\n"
        "replace example.com/lib => ../lib\n",
        "app/ask.go": LEAK.format(package="app"),
        "app/ask_test.go": test.replace('import (\n\t"context"\n', beside),
        "work/go.work": "go 1.22\n\nuse (\n\t./one\n\t./two\n)\n",
        "work/one/go.mod": "module example.com/one\n\ngo 1.22\n",
        "work/one/ask.go": LEAK.format(package="app"),
        "work/one/ask_test.go": test.replace('import (\n\t"context"\n', beside.replace("com/lib", "com/two")),
        "work/two/go.mod": "module example.com/two\n\ngo 1.22\n",
        "work/two/lib.go": "package lib\n\nfunc Number() int { return 1 }\n",
    }
    _write(root, files)
    monkeypatch.chdir(root)
    code, out, err = confirm()
    assert (code, [line.split(":")[0] for line in out.splitlines() if not line.startswith(" ")]) == (
        1,
        ["confirmed      app/ask.go", "confirmed      work/one/ask.go"],
    )
    assert err.endswith("2 confirmed\n")


def test_no_go(confirm: Confirm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Is told, before anything is copied."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert confirm("seen", "-q") == (
        2,
        "",
        "Error: no go command is on the PATH: findings are confirmed by running tests\n",
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere/"], "Error: nowhere/: no such file or directory"),
        (["gone.go:3"], "Error: gone.go:3: no such file or directory"),
        (["GLK999"], "Error: unknown rule GLK999; did you mean "),
        (["seen", "--timeout", "0"], "Error: Invalid value for '--timeout': 0.0 is not in the range x>=1."),
    ],
)
def test_bad_use(confirm: Confirm, arguments: list[str], told: str) -> None:
    """What it was, and code 2."""
    code, out, err = confirm(*arguments)
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith(told)


@needs_go
def test_nothing_could_be_run(confirm: Confirm) -> None:
    """Is an error: that nothing was confirmed says nothing then."""
    code, out, _ = confirm("untested", "broken")
    assert (code, out.count("could not run ")) == (2, 2)
