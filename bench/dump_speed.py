"""Processor time of `goleaklint dump` beside DataDog/gostackparse, in one run: bench/dump_speed.py [DUMP...]

Without arguments the dumps are made (bench/dump_inputs.py): a plain one, the same program's at SIGQUIT, and one with
many arguments. The Go program that calls gostackparse is built in a temporary directory, which needs Go and its module
proxy.

Each figure is the median of the runs, in which all commands take turns; it is the user and system time of a whole
process in a directory without Go source, its bytecode being written. "Without the start": less what a dump of one
goroutine takes. gostackparse reads no header with registers: where it loses most goroutines, the ratio is that of bytes
per second, its speed being the one that it has on the first dump.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import dump_inputs

RUNS = 9
GO = """package main

import (
	"fmt"
	"os"

	"github.com/DataDog/gostackparse"
)

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	goroutines, _ := gostackparse.Parse(file)
	fmt.Printf("%d goroutines\\n", len(goroutines))
}
"""
OURS = [sys.executable, "-c", "from goleaklint.cli import main; main()", "dump"]
CLICK = [sys.executable, "-c", "import click"]
ONE = b"goroutine 1 [running]:\nmain.main()\n\t/src/main.go:9 +0x1d\n"


class Cost(NamedTuple):
    """Of one run: seconds of user and system time, MiB at most, and the goroutines that it printed."""

    seconds: float
    memory: int
    goroutines: int


def run(command: list[str], folder: Path) -> Cost:
    """Run a command in an empty directory."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder / "empty", env=environ) as process:
        assert process.stdout is not None
        found = re.search(r"(\d+) goroutines?\b", process.stdout.read())
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, int(found[1]) if found else 0)


def middle(costs: list[Cost]) -> Cost:
    """Their median time, and the most memory."""
    seconds = statistics.median(cost.seconds for cost in costs)
    return Cost(seconds, max(cost.memory for cost in costs), costs[0].goroutines)


def measure(commands: dict[str, list[str]], folder: Path) -> dict[str, Cost]:
    """What each command costs; they take turns, so that what else runs on the machine meets all of them."""
    (folder / "empty").mkdir(exist_ok=True)
    run(commands["start"], folder)  # writes the bytecode, as pip does when it installs
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            costs[name].append(run(command, folder))
    return {name: middle(each) for name, each in costs.items()}


def build(folder: Path) -> str | None:
    """The Go program, or None where it cannot be had."""
    folder.mkdir()
    (folder / "main.go").write_text(GO, encoding="utf-8")
    steps = (
        ["go", "mod", "init", "bench"],
        ["go", "get", "github.com/DataDog/gostackparse@v0.7.0"],
        ["go", "build", "-o", "bench", "."],
    )
    try:
        for step in steps:
            subprocess.run(step, cwd=folder, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"gostackparse cannot be built: {error}")
        return None
    return str(folder / "bench")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "made").mkdir()
        dumps = {Path(path).name: Path(path).resolve() for path in sys.argv[1:]} or dump_inputs.make(folder / "made")
        (folder / "one.txt").write_bytes(ONE)
        other = build(folder / "gostackparse")
        commands = {"click": CLICK, "start": [*OURS, str(folder / "one.txt")]}
        for name, path in dumps.items():
            commands[name] = [*OURS, str(path)]
            if other is not None:
                commands[f"gostackparse {name}"] = [other, str(path)]
        report(dumps, measure(commands, folder))


def report(dumps: dict[str, Path], costs: dict[str, Cost]) -> None:
    """One line for each dump."""
    start = costs["start"].seconds
    print(f"start: {start:.3f} s, {start / costs['click'].seconds:.2f} times `import click`")
    speed = 0.0
    for name, path in dumps.items():
        ours, theirs = costs[name], costs.get(f"gostackparse {name}")
        size = path.stat().st_size
        print(f"{name}: {size / 1e6:.1f} MB, {ours.goroutines} goroutines, {ours.seconds:.3f} s, {ours.memory} MiB")
        if theirs is None:
            continue
        speed = speed or size / theirs.seconds
        seconds, how = theirs.seconds, f"{theirs.seconds:.3f} s, {theirs.memory} MiB, {theirs.goroutines} goroutines"
        if theirs.goroutines < ours.goroutines / 2:
            seconds = size / speed
            how = f"reads {theirs.goroutines} goroutines; at its speed on the first dump {seconds:.3f} s"
        print(f"  gostackparse: {how}")
        print(f"  ratio: {ours.seconds / seconds:.2f}, {(ours.seconds - start) / seconds:.2f} without the start")


if __name__ == "__main__":
    main()
