"""`goleaklint dump`: what it prints, where, and with which exit code."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goleaklint import cli, driver
from goleaklint.model import Confidence, Finding, Report, Rule, Severity, Span

DUMPS = Path(__file__).parents[2] / "testdata" / "dumps"
CAPTURE = "capture `/debug/pprof/goroutine?debug=2` instead, or what the process prints on SIGQUIT"

Run = Callable[..., tuple[int, str, str]]

PREDICTED = Report(
    findings=(
        Finding(
            code="GLK101",
            name="abandoned-send",
            severity=Severity.ERROR,
            confidence=Confidence.HIGH,
            message="send on done blocks for ever",
            span=Span("internal/orders/orders.go", 20, 3, 20, 22),
            function="example.com/shop/internal/orders.Place.func1",
            fingerprint="0123",
        ),
    ),
    rules=(
        Rule(
            code="GLK101",
            name="abandoned-send",
            severity=Severity.ERROR,
            since="0.1.0",
            wait_reasons=("chan send",),
            fix="make room for the send",
        ),
    ),
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run the command line in a copy of the dumps' source, the check replaced by one finding; code, out, err."""
    shutil.copytree(DUMPS / "source", tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop")
    monkeypatch.setattr(driver, "check_paths", lambda paths, **_: PREDICTED)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(["dump", "--isolated", *arguments])
        captured = capfdbinary.readouterr()
        return code, captured.out.decode(), captured.err.decode()

    return call


def write(text: str | bytes, name: str = "dump.txt") -> str:
    Path(name).write_bytes(text.encode() if isinstance(text, str) else text)
    return name


def capture(name: str) -> str:
    shutil.copy(DUMPS / f"{name}.txt", f"{name}.txt")
    return f"{name}.txt"


def test_full(run: Run) -> None:
    """What is stuck, how many, how long, created where, waiting where, predicted by what; the most certain first."""
    code, out, err = run(capture("minutes"))
    assert (code, err) == (0, "")
    assert out.startswith(
        """\
minutes.txt: 31 goroutines, 11 groups
  leaking: nothing can wake 3 goroutines
        3 leak  nothing can wake them
       27 candidate  leaks, if they are many or wait long
        1 never  the runtime's own, or busy with this dump; not shown
  blocked: 30 of 31 (97 %)
  reasons: 3 [select (no cases)], 15 [chan receive], 9 [chan send], 3 [coroutine]
  longest: 2 minutes [select (no cases)] example.com/shop/internal/stock.Helpers.func4
           2 minutes [chan send] example.com/shop/internal/orders.Place.func1
           2 minutes [chan send] example.com/shop/internal/stock.Helpers.func2
  seen:    3 wait in a select without cases
           9 blocked in a channel send
           3 iterators of iter.Pull whose stop was not called
           15 wait in a receive or select on a channel of the program

leak: 3 goroutines [select (no cases)], for 2 minutes
  created by example.com/shop/kit.Watch[...]
  --> kit/group.go:15:2 in example.com/shop/kit.Watch[...]
   |
15 | go func() {
   | ----------- created here
  --> internal/stock/stock.go:85:2 in example.com/shop/internal/stock.Helpers
   |
85 | kit.Watch(ch, func(int) { select {} })
   | -------------------------------------- handed over here
   |                           ^^^^^^^^^ waits here
"""
    )
    place = out[out.index("  created by example.com/shop/internal/orders.Place") :].partition("\n\n")[0]
    assert [line for line in place.split("\n") if "in the dump" not in line] == [
        "  created by example.com/shop/internal/orders.Place",
        "  --> internal/orders/orders.go:18:2 in example.com/shop/internal/orders.Place",
        "   |",
        "18 | go func() {",
        "   | ----------- created here",
        "19 |     time.Sleep(5 * time.Millisecond)",
        "20 |     done <- validate(o)",
        "   |     ^^^^^^^^^^^^^^^^^^^ waits here",
        "  = predicted by GLK101 abandoned-send (high confidence) at internal/orders/orders.go:20:3:"
        " send on done blocks for ever",
        "  = fix: make room for the send",
        '  = if they are meant to be: goleak.IgnoreTopFunction("example.com/shop/internal/orders.Place.func1")',
    ]


def test_full_of_a_library(run: Run) -> None:
    """Goroutines without a place in the repository show their stack."""
    _, out, _ = run(capture("all"))
    group = out[out.index("  created by net/http.(*Transport).dialConn\n  at net/http.(*persistConn).readLoop") :]
    assert group.partition("  = ")[0] == (
        "  created by net/http.(*Transport).dialConn\n"
        "  at net/http.(*persistConn).readLoop /usr/local/go/src/net/http/transport.go:2450\n"
    )


def test_full_of_a_crash(run: Run) -> None:
    """Why the process ended stands above; a dump of main alone shows no group but main's."""
    _, out, _ = run(capture("deadlock"))
    assert out.split("\n")[:10] == [
        "deadlock.txt: 4 goroutines, 2 groups",
        "  fatal error: all goroutines are asleep - deadlock!",
        "  leaking: the runtime says that all goroutines are asleep",
        "        3 candidate  leaks, if they are many or wait long",
        "        1 possible  may end by other means: a deadline, a close, their own loop",
        "  blocked: 3 of 4 (75 %)",
        "  reasons: 3 [chan send], 1 [sync.WaitGroup.Wait]",
        "  seen:    3 blocked in a channel send",
        "",
        "candidate: 3 goroutines [chan send]",
    ]


def test_marks_and_labels(run: Run) -> None:
    """What the collector marked, what is locked to a thread, and whose labels it carries."""
    _, out, _ = run(capture("leaked"))
    heads = [line for line in out.split("\n") if line.startswith(("leak:", "candidate:"))]
    assert "leak: 1 goroutine [chan receive], marked leaked by the garbage collector, locked to a thread" in heads
    assert """  = labels of 1: handler='/v1/orders', tenant='a "quoted", [b]: c'""" in out.split("\n")


def test_json(run: Run) -> None:
    """The whole object of a small dump."""
    text = "goroutine 7 [chan send, 3 minutes]:\n" + "\n".join(
        [
            "example.com/shop/internal/orders.Place.func1()",
            "\t/srv/src/example.com/shop/internal/orders/orders.go:20 +0x3a",
            "created by example.com/shop/internal/orders.Place in goroutine 1",
            "\t/srv/src/example.com/shop/internal/orders/orders.go:18 +0x86",
            "",
        ]
    )
    code, out, err = run("--format", "json", write(text))
    document: dict[str, Any] = json.loads(out)
    file = "/srv/src/example.com/shop/internal/orders/orders.go"
    local = "internal/orders/orders.go"
    assert (code, err) == (0, "")
    assert document.pop("goleaklint")
    assert document == {
        "schemaVersion": 1,
        "repository": ".",
        "dumps": [
            {
                "path": "dump.txt",
                "format": "text",
                "cause": "",
                "goroutines": 1,
                "revision": "",
                "health": {
                    "condition": "healthy",
                    "because": "1 goroutine, below 500, and none that nothing can wake",
                    "blocked": 1,
                    "blockedShare": 100.0,
                    "reasons": [{"reason": "chan send", "verdict": "candidate", "goroutines": 1}],
                    "longest": [{"minutes": 3, "group": 0}],
                    "patterns": [
                        {
                            "name": "blocked-send",
                            "title": "blocked in a channel send",
                            "goroutines": 1,
                            "groups": [0],
                            "holder": None,
                        }
                    ],
                },
                "leaksOnly": False,
                "groups": [
                    {
                        "verdict": "candidate",
                        "reason": "chan send",
                        "durable": False,
                        "count": 1,
                        "leaked": 0,
                        "locked": 0,
                        "parents": 1,
                        "minutes": {"least": 3, "most": 3, "known": 1},
                        "ids": [7],
                        "labels": [],
                        "stack": {
                            "frames": [
                                {
                                    "function": "example.com/shop/internal/orders.Place.func1",
                                    "file": file,
                                    "line": 20,
                                }
                            ],
                            "elided": 0,
                            "root": None,
                            "createdBy": {
                                "function": "example.com/shop/internal/orders.Place",
                                "file": file,
                                "line": 18,
                            },
                            "ancestors": [],
                        },
                        "creation": {
                            "path": local,
                            "line": 18,
                            "column": 2,
                            "endLine": 21,
                            "endColumn": 5,
                            "function": "example.com/shop/internal/orders.Place",
                            "statement": "go func() {",
                            "how": "line",
                            "dumpLine": 18,
                            "note": "",
                            "then": None,
                            "excerpt": [
                                {"line": 16, "text": "func Place(o *Order) error {"},
                                {"line": 17, "text": "\tdone := make(chan error)"},
                                {"line": 18, "text": "\tgo func() {"},
                                {"line": 19, "text": "\t\ttime.Sleep(5 * time.Millisecond)"},
                                {"line": 20, "text": "\t\tdone <- validate(o)"},
                            ],
                        },
                        "handedOver": None,
                        "candidates": [],
                        "block": {
                            "path": local,
                            "line": 20,
                            "column": 3,
                            "endLine": 20,
                            "endColumn": 22,
                            "function": "example.com/shop/internal/orders.Place.func1",
                            "statement": "done <- validate(o)",
                            "how": "line",
                            "dumpLine": 20,
                            "note": "",
                            "then": None,
                            "excerpt": [
                                {"line": 18, "text": "\tgo func() {"},
                                {"line": 19, "text": "\t\ttime.Sleep(5 * time.Millisecond)"},
                                {"line": 20, "text": "\t\tdone <- validate(o)"},
                                {"line": 21, "text": "\t}()"},
                                {"line": 22, "text": "\tselect {"},
                            ],
                        },
                        "finding": {
                            "code": "GLK101",
                            "name": "abandoned-send",
                            "severity": "error",
                            "confidence": "high",
                            "message": "send on done blocks for ever",
                            "path": local,
                            "line": 20,
                            "column": 3,
                            "fingerprint": "0123",
                            "match": "block",
                        },
                        "partners": [],
                        "fix": "make room for the send",
                        "goleak": 'goleak.IgnoreTopFunction("example.com/shop/internal/orders.Place.func1")',
                    }
                ],
                "diagnostics": [],
            }
        ],
        "gates": [],
        "unread": [],
    }


def test_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` is a dump on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((DUMPS / "deadlock.txt").read_bytes())))
    code, out, err = run("-")
    assert (code, out.split("\n")[0], err) == (0, "-: 4 goroutines, 2 groups", "")


def test_what_cannot_be_read_costs_nothing_else(run: Run) -> None:
    """A message for each, the rest reported, exit code 0 as long as there is a rest."""
    write(b"", "empty.txt")
    write("<!doctype html><title>Sign in</title>", "page.html")
    write(b"\x00\x01\x02", "binary")
    Path("folder").mkdir()
    code, out, err = run("no-such-file", "empty.txt", "page.html", "binary", "folder", capture("race"), capture("log"))
    assert (code, out.split("\n")[0]) == (0, "log.txt: 1 goroutine, 1 group")
    assert err.split("\n") == [
        "goleaklint: no-such-file: no such file or directory",
        f"goleaklint: empty.txt: an empty file; {CAPTURE}",
        f"goleaklint: page.html: an HTML page, such as the index of /debug/pprof/ or a login page; {CAPTURE}",
        f"goleaklint: binary: a binary file; {CAPTURE}",
        "goleaklint: folder: is a directory",
        "goleaklint: race.txt: a report of the race detector, which shows two accesses and not what all goroutines do;"
        f" {CAPTURE}",
        "",
    ]


@pytest.mark.parametrize("form", ["full", "json"])
def test_nothing_could_be_read(run: Run, form: str) -> None:
    """Exit code 2; JSON is still one whole object."""
    code, out, err = run("--format", form, "no-such-file")
    assert (code, err) == (2, "goleaklint: no-such-file: no such file or directory\n")
    if form == "json":
        assert json.loads(out)["unread"] == [{"path": "no-such-file", "message": "no such file or directory"}]
    else:
        assert out == ""


def test_a_cut_dump(run: Run) -> None:
    """The last goroutine is missing, and standard error says so."""
    text = (DUMPS / "deadlock.txt").read_text(encoding="utf-8")
    code, out, err = run(write(text[: text.rindex("created by")], "cut.txt"))
    assert (code, out.split("\n")[0]) == (0, "cut.txt: 4 goroutines, 3 groups")
    code, out, err = run(write(text[: text.rindex("created by") + 15], "cut.txt"))
    assert (code, out.split("\n")[0]) == (0, "cut.txt: 3 goroutines, 2 groups")
    assert err.endswith("is left out: it is cut at the end of the input\n")


def test_drift_is_a_diagnostic(run: Run) -> None:
    """Where the source has changed, the place is found again, told beside the group and on standard error."""
    path = Path("internal/orders/orders.go")
    path.write_text("\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    _, out, err = run(capture("labels"))
    assert "  --> internal/orders/orders.go:20:2 in example.com/shop/internal/orders.Place\n" in out
    assert "  = the source has changed: the dump says line 18, which is line 20 now\n" in out
    assert (
        "internal/orders/orders.go:18: drift: the source has changed: the dump says line 18, which is line 20 now\n"
        in err
    )
    assert run("-q", "labels.txt")[2] == ""


def test_hostile_names(run: Run) -> None:
    """Controls, escapes, marks that reorder text and rich markup in a dump reach the terminal as text."""
    text = (
        "panic: \x1b]0;title\x07\n\ngoroutine 1 [select \x1b[31m[/red]]:\n"
        "main.\x1b[2Jf\u202e[bold]()\n\t/x/\x9b[red]evil.go:3 +0x1d\n"
        "created by main.\x08g in goroutine 1\n\t/x.go:4 +0x1\n"
    )
    for color in ("never", "always"):
        code, out, err = run("--color", color, write(text))
        plain = out
        for code_of_ours in ("\x1b[0m", "\x1b[1m", "\x1b[1;36m", "\x1b[35m", "\x1b[94m", "\x1b[1;32m"):
            plain = plain.replace(code_of_ours, "")
        assert (code, err) == (0, "")
        assert [char for char in "\x1b\x07\x08\x9b\u202e" if char in plain] == []
        assert "at main.\\x1b[2Jf\\u202e[bold] /x/\\x9b[red]evil.go:3" in plain


def test_color(run: Run) -> None:
    """Colours only where they are asked for, and the same text under them."""
    name = capture("minutes")
    plain = run("--color", "never", name)[1]
    colored = run("--color", "always", name)[1]
    assert "\x1b[" not in plain
    assert "\x1b[1;31mleak\x1b[0m" in colored


def test_the_check_fails(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trouble in the check costs the predictions, not the account."""

    def fail(paths: object, **_: object) -> Report:
        raise RuntimeError("engine trouble")

    monkeypatch.setattr(driver, "check_paths", fail)
    code, out, err = run(capture("labels"))
    assert (code, "predicted by" in out) == (0, False)
    assert err == ".: internal: no findings: RuntimeError: engine trouble\n"


def test_only_files_of_the_dump_are_checked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of the packages that occur, not what is below them; suppressed and unsure findings count."""
    asked: list[tuple[object, object, object]] = []

    def check(paths: object, *, config: Any, ignore_suppressions: bool, cache: object) -> Report:
        asked.append((paths, config.min_confidence, ignore_suppressions))
        return PREDICTED

    monkeypatch.setattr(driver, "check_paths", check)
    run(capture("labels"))
    assert asked == [
        (
            ["internal/feed.v2/feed.go", "internal/orders/orders.go", "internal/stock/stock.go", "kit/group.go"],
            Confidence.LOW,
            True,
        )
    ]


def test_with_the_engine(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of the repository itself predicts the sender that its receiver abandoned."""
    monkeypatch.undo()
    source = DUMPS / "source"
    code, out, _ = run("--repo", str(source), "--format", "json", str(DUMPS / "labels.txt"))
    findings = {
        group["creation"]["statement"] + " " + str(group["creation"]["line"]): group["finding"]
        for group in json.loads(out)["dumps"][0]["groups"]
        if group["creation"] is not None and group["finding"] is not None
    }
    assert code == 0
    assert findings["go func() { 18"]["code"] == "GLK101"
    assert findings["go func() { 18"]["line"] == 20


def test_another_repository(run: Run) -> None:
    """A --repo without the program shows the stacks; one that does not exist is bad use."""
    Path("../empty").mkdir()
    code, out, err = run("--repo", "../empty", capture("labels"))
    assert (code, err) == (0, "")
    assert (
        "  at example.com/shop/internal/orders.Place.func1 /srv/src/example.com/shop/internal/orders/orders.go:20"
        in out
    )
    assert run("--repo", "nowhere", "labels.txt")[0] == 2


def test_no_file_is_bad_use(run: Run) -> None:
    """A dump must be named."""
    assert run()[0] == 2


def test_same_bytes_each_time(run: Run) -> None:
    """The same dump and source give the same output."""
    name = capture("all")
    assert {run("--format", form, name)[1] for form in ("json", "json")} == {run("--format", "json", name)[1]}


def test_gates(run: Run) -> None:
    """A limit that does not hold: exit code 1, the value over it, the group and its creation site, in both formats."""
    name = capture("minutes")
    limits = ("--max-goroutines", "30", "--max-blocked-share", "96.5", "--max-wait", "2")
    code, out, _ = run(*limits, name)
    assert (code, out.partition("\ngate ")[2]) == (
        1,
        """\
--max-goroutines 30: 31 goroutines, most of them 3 [select (no cases)]
  in example.com/shop/internal/stock.Helpers.func4 /srv/src/example.com/shop/internal/stock/stock.go:85
  created by example.com/shop/kit.Watch[...] at kit/group.go:15:2
gate --max-blocked-share 96.5: 96.8 % of the goroutines are blocked, most of them 3 [select (no cases)]
  in example.com/shop/internal/stock.Helpers.func4 /srv/src/example.com/shop/internal/stock/stock.go:85
  created by example.com/shop/kit.Watch[...] at kit/group.go:15:2

""",
    )
    code, out, _ = run(*limits, "--format", "json", name)
    assert (code, [(gate["gate"], gate["value"]) for gate in json.loads(out)["gates"]]) == (
        1,
        [("max-goroutines", 31), ("max-blocked-share", 96.8)],
    )
    assert run("--max-goroutines", "31", name)[0] == 0


def test_thresholds(run: Run) -> None:
    """Of the configuration, and of the options over it."""
    name = capture("log")
    Path("goleaklint.toml").write_text("[dump]\nhealthy-below = 1\n")
    for arguments, words in (
        ((), "  healthy: 1 goroutine, below 500"),
        (("--config", "goleaklint.toml"), "  watch: 1 goroutine, not below 1"),
        (("--config", "goleaklint.toml", "--healthy-below", "2"), "  healthy: 1 goroutine, below 2"),
        (("--config", "dump.healthy-below=0"), "  watch: 1 goroutine, not below 0"),
    ):
        assert run(*arguments, name)[1].split("\n")[1].startswith(words)


def test_join(run: Run, tmp_path: Path) -> None:
    """Captures of one moment are one dump; the keys of the JSON are those of any other."""
    leak = b"goroutineleak profile: total 1\n1 @ 0x10 0x20\n#\t0xf\tmain.f+0x1\t/src/main.go:3\n\n"
    text = b"goroutine 7 [chan send, 3 minutes]:\nmain.f()\n\t/src/main.go:3 +0x1\n"
    (tmp_path / "text").write_bytes(text + b"created by main.main in goroutine 1\n\t/src/main.go:9 +0x2\n")
    (tmp_path / "leak").write_bytes(leak)
    names = [str(tmp_path / "leak"), str(tmp_path / "text")]
    code, out, err = run("--join", "--format", "json", *names)
    [dump] = json.loads(out)["dumps"]
    [group] = dump["groups"]
    assert (code, err, dump["path"], dump["format"], dump["goroutines"]) == (0, "", " + ".join(names), "text", 1)
    assert (group["verdict"], group["leaked"], group["minutes"]["most"], group["stack"]["createdBy"]["line"]) == (
        "leak",
        1,
        3,
        9,
    )
    alone = json.loads(run("--format", "json", names[1])[1])["dumps"][0]
    assert (list(alone), list(alone["groups"][0])) == (list(dump), list(group))


def test_join_of_one(run: Run, tmp_path: Path) -> None:
    """It needs two."""
    (tmp_path / "text").write_bytes(b"goroutine 7 [chan send]:\nmain.f()\n\t/src/main.go:3 +0x1\n")
    code, out, err = run("--join", str(tmp_path / "text"), str(tmp_path / "none"))
    assert (code, out) == (2, "")
    assert "--join needs two captures or more; 1 could be read" in err
    assert "no such file" in err


def test_a_leak_profile_of_none(run: Run, tmp_path: Path) -> None:
    """It is the dump of a healthy process, and no error."""
    (tmp_path / "leak").write_bytes(b"goroutineleak profile: total 0\n")
    code, out, err = run(str(tmp_path / "leak"))
    assert (code, err) == (0, "")
    assert "healthy: no leaked goroutines: the garbage collector found none" in out
