"""Places that are found again when lines and the numbers of literals have changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from goleaklint.correlate.account import correlate
from goleaklint.correlate.repository import Repository
from goleaklint.dump.account import How, Site
from goleaklint.dump.formats import read

SOURCE = """package feed

func Start(in, out chan int) {
	go func() {
		for range in {
		}
	}()
	go func() {
		prepare()
		out <- 1
	}()
	go func() {
		func() {
			wait(in)
		}()
	}()
}

func wait(in chan int) { <-in }

func prepare() {}
"""
# Receives in func1, sends in func2, calls wait in func3.1.
DUMP = """goroutine 1 [chan receive]:
example.com/app/feed.Start.func1()
	/build/feed/feed.go:5 +0x1
created by example.com/app/feed.Start in goroutine 9
	/build/feed/feed.go:4 +0x2

goroutine 2 [chan send]:
example.com/app/feed.Start.func2()
	/build/feed/feed.go:10 +0x1
created by example.com/app/feed.Start in goroutine 9
	/build/feed/feed.go:8 +0x2

goroutine 3 [chan receive]:
example.com/app/feed.wait(...)
	/build/feed/feed.go:19
example.com/app/feed.Start.func3.1(...)
	/build/feed/feed.go:14
example.com/app/feed.Start.func3()
	/build/feed/feed.go:15 +0x1
created by example.com/app/feed.Start in goroutine 9
	/build/feed/feed.go:12 +0x2
"""
BEFORE = "func Start(in, out chan int) {\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The source as it was when the program was built."""
    monkeypatch.chdir(tmp_path)
    Path("go.mod").write_text("module example.com/app\n\ngo 1.25\n", encoding="utf-8")
    Path("feed").mkdir()
    Path("feed/feed.go").write_text(SOURCE, encoding="utf-8")
    return Path("feed/feed.go")


def brief(site: Site | None) -> tuple[int, How]:
    assert site is not None
    return site.span.line, site.how


def places() -> list[tuple[tuple[int, How], tuple[int, How]]]:
    """Creation and block of the three, in the order of the dump."""
    [account] = correlate([read(DUMP.encode())], Repository("."), lambda directories: ((), ()))
    groups = sorted(account.groups, key=lambda group: group.bucket.ids)
    return [(brief(group.creation), brief(group.block)) for group in groups]


def moved(*lines: tuple[int, int]) -> list[tuple[tuple[int, How], tuple[int, How]]]:
    return [((creation, How.MOVED), (block, How.MOVED)) for creation, block in lines]


@pytest.mark.usefixtures("file")
def test_exact() -> None:
    """Nothing has changed."""
    assert places() == [((a, How.LINE), (b, How.LINE)) for a, b in ((4, 5), (8, 10), (12, 19))]


def test_lines_moved(file: Path) -> None:
    """Lines before the function."""
    file.write_text(SOURCE.replace(BEFORE, "// Start\n// starts.\n" + BEFORE), encoding="utf-8")
    assert places() == moved((6, 7), (10, 12), (14, 21))


def test_new_literal_before(file: Path) -> None:
    """Another goroutine before them: all numbers are one less in the dump, and lines are others."""
    new = "\tgo func() {\n\t\tprepare()\n\t}()\n"
    file.write_text(SOURCE.replace(BEFORE, BEFORE + new), encoding="utf-8")
    assert places() == moved((7, 8), (11, 13), (15, 22))


def test_new_literal_of_the_same_kind(file: Path) -> None:
    """Another one that receives: told apart by how far below its go statement the operation stands."""
    new = "\tgo func() {\n\t\tprepare()\n\t\tprepare()\n\t\tprepare()\n\t\tfor range in {\n\t\t}\n\t}()\n"
    file.write_text(SOURCE.replace(BEFORE, BEFORE + new), encoding="utf-8")
    assert places()[0] == ((11, How.MOVED), (12, How.MOVED))


def test_literals_swapped(file: Path) -> None:
    """The order of the goroutines has changed."""
    first, second = (
        "\tgo func() {\n\t\tfor range in {\n\t\t}\n\t}()\n",
        "\tgo func() {\n\t\tprepare()\n\t\tout <- 1\n\t}()\n",
    )
    file.write_text(SOURCE.replace(first + second, second + first), encoding="utf-8")
    assert places()[:2] == moved((8, 9), (4, 6))


def test_literal_in_a_constant_condition(file: Path) -> None:
    """The compiler leaves out what can never run, and counts on: the line decides, not the number."""
    old = "\tgo func() {\n\t\tfor range in {"
    dead = "\tif debug { func() {}() }\n\tgo func() {\n\t\tfor range in {"
    text = SOURCE.replace("package feed\n\nfunc", "package feed\nconst debug = false\nfunc").replace(old, dead)
    file.write_text(
        text.replace("\t}()\n\tgo func() {\n\t\tprepare", "\t}(); go func() {\n\t\tprepare"), encoding="utf-8"
    )
    Path("dump.txt").write_text(DUMP.replace(":5 ", ":6 ").replace(":4 ", ":5 "), encoding="utf-8")
    [account] = correlate([read(Path("dump.txt").read_bytes())], Repository("."), lambda directories: ((), ()))
    group = next(group for group in account.groups if group.bucket.ids == (1,))
    assert (brief(group.creation), brief(group.block)) == ((5, How.LINE), (6, How.LINE))


def test_file_renamed(file: Path) -> None:
    """The file that the dump names is gone: the functions are found in another one of the package."""
    file.rename("feed/start.go")
    Path("feed/other.go").write_text("package feed\n", encoding="utf-8")
    [account] = correlate([read(DUMP.encode())], Repository("."), lambda directories: ((), ()))
    assert {group.creation.span.path for group in account.groups if group.creation} == {"feed/start.go"}
    assert {group.block.span.path for group in account.groups if group.block} == {"feed/start.go"}


def test_lost(file: Path) -> None:
    """No goroutine is started there any more, and nothing like the function is left."""
    file.write_text("package feed\n\nfunc Start(in, out chan int) {}\n", encoding="utf-8")
    [account] = correlate([read(DUMP.encode())], Repository("."), lambda directories: ((), ()))
    notes = {site.note for group in account.groups for site in (group.creation, group.block) if site is not None}
    assert notes == {
        "the source has changed: no goroutine is started in Start",
        "the source has changed: there is no function Start.func1",
        "the source has changed: there is no function Start.func2",
        "the source has changed: there is no function wait",
    }


def test_who_starts_it(file: Path) -> None:
    """Another literal that sends is on the very line now: the function that starts the goroutine tells them apart."""
    helpers = """package feed

import "time"

func Spawn(f func()) { go f() }

func Run(out chan int) {
%s	Spawn(func() {
		out <- 2
	})
	time.AfterFunc(1, func() { out <- 3 })
}

func Submit(f func()) {}
"""
    dump = """goroutine 1 [chan send]:
example.com/app/feed.Run.func1()
	/build/feed/feed.go:9 +0x1
created by example.com/app/feed.Spawn in goroutine 9
	/build/feed/feed.go:5 +0x2

goroutine 2 [chan send]:
example.com/app/feed.Run.func2()
	/build/feed/feed.go:11 +0x1
created by time.goFunc
	/go/src/time/sleep.go:215 +0x2
"""
    file.write_text(helpers % "\tSubmit(func() {\n\t\tout <- 1\n\t})\n", encoding="utf-8")
    [account] = correlate([read(dump.encode())], Repository("."), lambda directories: ((), ()))
    spawned, timed = sorted(account.groups, key=lambda group: group.bucket.ids)
    assert (brief(spawned.handed_over), brief(spawned.block)) == ((11, How.HELPER), (12, How.MOVED))
    assert (brief(timed.creation), brief(timed.block)) == ((14, How.HELPER), (14, How.MOVED))
