"""What is added to a package so that its tests leave dumps behind: a file, and an edit of its TestMain.

A goroutine leak profile is written when the tests have run, and some times a second before that: a TestMain that ends
the process on its own, a test that hangs and a process that is killed leave the last one. What the profile calls leaked
at any moment stays leaked (Go 1.26 release notes, "Goroutine leak profiles": it is unreachable), so that an early one
is as good as a late one. All goroutines are written twice, before the first test and after the last: of what a leak
profile does not judge, and where Go has none, it counts how many are left. A timer, not a goroutine, waits for the next
dump: tests that look for leaks of their own find none of ours.

The text is Go of any version: a package is compiled as the language of its module's `go` line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.source import parse_file
from goleaklint.golang.walk import descend

FILE = "goleaklint_confirm_test.go"
DIRECTORY = "GOLEAKLINT_CONFIRM_DUMPS"
"""The environment variable that names the directory for dumps; without it a harness does nothing."""


class Moment(StrEnum):
    """What a dump holds; the suffix of its file, whose name is the number of the process."""

    BEFORE = "before"  # all goroutines, before the first test
    LEAKED = "leaked"  # those that the runtime calls leaked
    AFTER = "after"  # all goroutines, some time after the last test


_TEXT = """package {package}

import (
	goleaklintOs "os"
	goleaklintProfiles "runtime/pprof"
	goleaklintNumbers "strconv"
	goleaklintSync "sync"
	goleaklintTesting "testing"
	goleaklintTime "time"
)

var goleaklintWriting goleaklintSync.Mutex

func init() {{
	if goleaklintOs.Getenv("{directory}") == "" || goleaklintProfiles.Lookup("goroutineleak") == nil {{
		return
	}}
	goleaklintTime.AfterFunc({pause}*goleaklintTime.Millisecond, goleaklintWatch)
}}

func goleaklintWatch() {{
	begun := goleaklintTime.Now()
	goleaklintWrite("goroutineleak", "{leaked}")
	goleaklintTime.AfterFunc(
		{pause}*goleaklintTime.Millisecond+{times}*goleaklintTime.Since(begun), goleaklintWatch)
}}

func goleaklintRun(m *goleaklintTesting.M) int {{
	if goleaklintOs.Getenv("{directory}") == "" {{
		return m.Run()
	}}
	goleaklintWrite("goroutine", "{before}")
	code := m.Run()
	goleaklintTime.Sleep({grace} * goleaklintTime.Millisecond)
	if goleaklintProfiles.Lookup("goroutineleak") != nil {{
		goleaklintWrite("goroutineleak", "{leaked}")
	}}
	goleaklintWrite("goroutine", "{after}")
	return code
}}

func goleaklintWrite(profile, moment string) {{
	goleaklintWriting.Lock()
	defer goleaklintWriting.Unlock()
	name := goleaklintOs.Getenv("{directory}") + "/" + goleaklintNumbers.Itoa(goleaklintOs.Getpid())
	file, err := goleaklintOs.Create(name + ".part")
	if err != nil {{
		return
	}}
	err = goleaklintProfiles.Lookup(profile).WriteTo(file, 2)
	if file.Close() == nil && err == nil {{
		goleaklintOs.Rename(name+".part", name+"."+moment)
	}}
}}
"""
_MAIN = """
func TestMain(m *goleaklintTesting.M) {
	goleaklintOs.Exit(goleaklintRun(m))
}
"""
_GRACE = 500
"""Milliseconds that goroutines have to end after the last test."""
_PAUSE = 200
"""Milliseconds between two dumps, at least: goleak.VerifyTestMain ends the process half a second after the tests."""
_TIMES = 10
"""How many times as long as a dump takes the pause after it is."""


def install(directory: Path, package: str, tests: Sequence[str]) -> None:
    """Add the harness to a package in a copy. `tests` are the names of its test files that are built here."""
    for name in tests:
        path = directory / name
        data = path.read_bytes()
        file = parse_file(name, data)
        main = next((func for func in file.funcs if func.name == "TestMain" and func.recv is None), None)
        if main is not None:
            path.write_bytes(_edited(data, main))
            (directory / FILE).write_text(_text(file.package))
            return
    (directory / FILE).write_text(_text(package) + _MAIN)


def _text(package: str) -> str:
    moments = {moment.value: moment.value for moment in Moment}
    return _TEXT.format(package=package, directory=DIRECTORY, grace=_GRACE, pause=_PAUSE, times=_TIMES, **moments)


def _edited(data: bytes, main: FuncDecl) -> bytes:
    """The file with `m.Run()` of its TestMain as `goleaklintRun(m)`; every line stays where it is."""
    for call, name in sorted(_runs(main), key=lambda found: -found[0].at):
        data = data[: call.at] + f"goleaklintRun({name})".encode() + data[call.end :]
    return data


def _runs(main: FuncDecl) -> Iterator[tuple[ast.Call, str]]:
    if main.body is None or len(main.type.params) != 1:
        return
    param = main.type.params[0].name
    for node in descend(main.body):
        match node:
            case ast.Call(fun=ast.Selector(x=ast.Name(name=name), name="Run"), args=[]) if name == param:
                yield node, name
