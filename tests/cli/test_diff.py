"""`goleaklint diff`: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from goleaklint import cli, driver
from goleaklint.cli.diff import natural
from goleaklint.model import Confidence, Finding, Report, Rule, Severity, Span

SOURCE = Path(__file__).parents[2] / "testdata" / "dumps" / "source"
PLACE = "example.com/shop/internal/orders.Place"
FILE = "/srv/src/example.com/shop/internal/orders/orders.go"
PREDICTED = Report(
    findings=(
        Finding(
            code="GLK101",
            name="abandoned-send",
            severity=Severity.ERROR,
            confidence=Confidence.HIGH,
            message="send on done blocks for ever",
            span=Span("internal/orders/orders.go", 20, 3, 20, 22),
            function=f"{PLACE}.func1",
            fingerprint="0123",
        ),
    ),
    rules=(
        Rule(code="GLK101", name="abandoned-send", severity=Severity.ERROR, since="0.1.0", wait_reasons=("chan send",)),
    ),
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run the command line in a copy of the dumps' source, the check replaced by one finding; code, out, err."""
    shutil.copytree(SOURCE, tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop")
    monkeypatch.setattr(driver, "check_paths", lambda paths, **_: PREDICTED)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(["diff", "--isolated", *arguments])
        captured = capfdbinary.readouterr()
        return code, captured.out.decode(), captured.err.decode()

    return call


def write(name: str, sends: int, *, first: int = 10, loops: int = 1, line: int = 20) -> str:
    """A dump with goroutines that are stuck in a send, and some that loop."""
    parts = [
        f"goroutine {first + at} [chan send, 3 minutes]:\n{PLACE}.func1()\n\t{FILE}:{line} +0x3a\n"
        f"created by {PLACE} in goroutine 1\n\t{FILE}:{line - 2} +0x86\n"
        for at in range(sends)
    ]
    parts += [
        f"goroutine {900 + at} [select]:\n"
        "example.com/shop/kit.Loop()\n\t/srv/src/example.com/shop/kit/loop.go:9 +0x3a\n"
        "created by main.main in goroutine 1\n\t/srv/src/example.com/shop/cmd/shop/main.go:5 +0x86\n"
        for at in range(loops)
    ]
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text("\n".join(parts))
    return name


def test_full(run: Run) -> None:
    """What grew, from how many to how many, where it is and who made it; what is the same is counted."""
    code, out, err = run(write("base.txt", 3), write("new.txt", 9))
    assert (code, err) == (0, "")
    assert out == (
        """\
base.txt -> new.txt: 4 -> 10 goroutines (+6)
  watch: 1 group of blocked goroutines grew, by 6
  one process: 4 goroutines are in the same group in every dump

grew     +6  3 -> 9  [chan send] example.com/shop/internal/orders.Place.func1 orders.go:20
             created by example.com/shop/internal/orders.Place orders.go:18
             waits for up to 3 minutes; 3 are in every dump
1 group is as big as before (1 goroutine); -v shows all

"""
    )


def test_a_gate_with_its_creation_site(run: Run) -> None:
    """Which gate, the value and the limit, which group, and where in the checkout it was created; exit code 1."""
    base, new = write("base.txt", 3), write("new.txt", 9)
    code, out, _ = run(base, new, "--repo", ".", "--fail-on-growth", "5", "--max-goroutines", "9", "--max-wait", "3")
    assert code == 1
    assert out.partition("shows all\n\n")[2] == (
        """\
gate --fail-on-growth 5: 6 more goroutines [chan send], from 3 to 9
  in example.com/shop/internal/orders.Place.func1 /srv/src/example.com/shop/internal/orders/orders.go:20
  created by example.com/shop/internal/orders.Place at internal/orders/orders.go:18:2
  predicted by GLK101 abandoned-send: send on done blocks for ever
gate --max-goroutines 9: 10 goroutines, most of them 9 [chan send] in new.txt
  in example.com/shop/internal/orders.Place.func1 /srv/src/example.com/shop/internal/orders/orders.go:20
  created by example.com/shop/internal/orders.Place at internal/orders/orders.go:18:2
  predicted by GLK101 abandoned-send: send on done blocks for ever

"""
    )
    assert run(base, new, "--fail-on-growth", "6", "--max-goroutines", "10", "--max-blocked-share", "100")[0] == 0


def test_base_and_patch(run: Run) -> None:
    """Dumps of two builds: the lines moved, and the group is found again by its functions."""
    code, out, _ = run(write("base.txt", 9), write("patch.txt", 2, line=28), "--fail-on-growth", "0", "-v")
    assert (code, out.split("\n")[3:8]) == (
        0,
        [
            "shrank   -7  9 -> 2  [chan send] example.com/shop/internal/orders.Place.func1 orders.go:28",
            "             created by example.com/shop/internal/orders.Place orders.go:26",
            "             waits for up to 3 minutes; joined by function names: the lines moved",
            "same      0  1 -> 1  [select] example.com/shop/kit.Loop loop.go:9",
            "             created by main.main main.go:5",
        ],
    ), out


def test_a_folder_in_natural_order(run: Run) -> None:
    """dump-9 comes before dump-10; what is no dump is told and costs nothing; hidden files are left alone."""
    for number, sends in ((10, 40), (8, 5), (9, 20)):
        write(f"series/dump-{number}.txt", sends)
    Path("series/README").write_text("how these were captured")
    Path("series/.hidden").write_text("no dump")
    code, out, err = run("series")
    assert (code, out.split("\n")[:2]) == (
        0,
        [
            "series/dump-8.txt -> series/dump-9.txt -> series/dump-10.txt: 6 -> 21 -> 41 goroutines (+35)",
            "  leaking: a group [chan send] grows from each dump to the next: 5, 20, 40",
        ],
    )
    assert "             +17.5 per dump, in each;" in out.replace("              ", "             ")
    assert err.startswith("goleaklint: series/README: no goroutine in it;")
    assert err.count("\n") == 1


def test_natural_order() -> None:
    """By the value of numbers, then by name; any name will do."""
    names = ["d10", "d9", "d09", "", "²", "10", "9a", "d" + "9" * 400]
    assert sorted(names, key=natural)[:3] == ["", "9a", "10"]
    assert [name for name in sorted(names, key=natural) if name.startswith("d")][:3] == ["d09", "d9", "d10"]


def test_json(run: Run) -> None:
    """One object; counts, growth, places and the gates that do not hold."""
    names = write("base.txt", 1), write("new.txt", 2)
    code, out, err = run("-q", "--format", "json", "--repo", ".", "--fail-on-growth", "0", *names)
    document = json.loads(out)
    assert (code, err) == (1, "")
    assert document.pop("goleaklint")
    groups = document.pop("groups")
    assert document == {
        "schemaVersion": 1,
        "repository": ".",
        "condition": "watch",
        "because": "1 group of blocked goroutines grew, by 1",
        "oneProcess": True,
        "growth": 1,
        "dumps": [
            {"path": "base.txt", "format": "text", "cause": "", "goroutines": 2, "blocked": 2},
            {"path": "new.txt", "format": "text", "cause": "", "goroutines": 3, "blocked": 3},
        ],
        "gates": [
            {
                "gate": "fail-on-growth",
                "limit": 0,
                "value": 1,
                "path": "new.txt",
                "group": {
                    "reason": "chan send",
                    "count": 2,
                    "before": 1,
                    "function": f"{PLACE}.func1",
                    "createdBy": PLACE,
                    "creation": {"path": "internal/orders/orders.go", "line": 18, "column": 2},
                },
            }
        ],
        "unread": [],
    }
    assert [(group["change"], group["counts"], group["persisting"]) for group in groups] == [
        ("grew", [1, 2], 1),
        ("same", [1, 1], 1),
    ]
    assert groups[0]["creation"] == {
        "path": "internal/orders/orders.go",
        "line": 18,
        "column": 2,
        "function": PLACE,
        "statement": "go func() {",
        "how": "line",
    }
    assert (groups[0]["finding"]["code"], groups[0]["stack"]["createdBy"]["line"]) == ("GLK101", 18)


def test_fewer_than_two_dumps_is_bad_use(run: Run) -> None:
    """One dump, one dump twice, or a file that is none."""
    name = write("base.txt", 1)
    message = "Error: a comparison needs two dumps or more; 1 could be read\n"
    assert run(name) == (2, "", message)
    assert run(name, name) == (2, "", message)
    code, out, err = run(name, "no-such-file")
    assert (code, out, err) == (2, "", f"goleaklint: no-such-file: no such file or directory\n{message}")


def test_a_named_file_that_cannot_be_read(run: Run) -> None:
    """The others are compared, and the exit code says that the comparison is not the one that was asked for."""
    code, out, err = run(write("base.txt", 1), write("new.txt", 2), "none.txt")
    assert (code, out.split("\n")[0]) == (2, "base.txt -> new.txt: 2 -> 3 goroutines (+1)")
    assert err == "goleaklint: none.txt: no such file or directory\n"


def test_hostile_names(run: Run) -> None:
    """Controls and marks that reorder text reach the terminal as escapes, in groups and in gates."""
    for name, count in (("a\x1b[2J.txt", 1), ("b.txt", 2)):
        text = "\n".join(
            f"goroutine {at} [select \x1b[31m\u202e]:\nmain.\x1b[2Jf[bold]()\n\t/x/\x9b[red]evil.go:3 +0x1d\n"
            "created by main.\x08g in goroutine 1\n\t/x.go:4 +0x1\n"
            for at in range(1, count + 1)
        )
        Path(name).write_text(text, encoding="utf-8")
    code, out, err = run("a\x1b[2J.txt", "b.txt", "--fail-on-growth", "0", "--color", "never")
    assert (code, err) == (1, "")
    assert [char for char in "\x1b\x07\x08\x9b\u202e" if char in out] == []
    assert "grew     +1  1 -> 2  [select \\x1b[31m\\u202e] main.\\x1b[2Jf[bold] \\x9b[red]evil.go:3\n" in out
    colored = run("a\x1b[2J.txt", "b.txt", "--fail-on-growth", "0", "--color", "always")[1]
    assert "\x1b[2J" not in colored
    assert "\x1b[1;31mgrew     \x1b[0m" in colored
    assert "\x1b[1;31mgate --fail-on-growth 0\x1b[0m: " in colored
