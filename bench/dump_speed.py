"""Processor time of reading a dump beside DataDog/gostackparse, in one run: bench/dump_speed.py DUMP...

The Go program that calls gostackparse is built in a temporary directory, which needs Go and its module proxy. Each
figure is the best of five runs; those of goleaklint are a whole process, the start of Python apart.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 5
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
	fmt.Println(len(goroutines))
}
"""
IMPORT = "from goleaklint.dump.formats import read"
READ = f"import sys\n{IMPORT}\nprint(read(open(sys.argv[1], 'rb')).total)"


def cpu(command: list[str]) -> tuple[float, int, str]:
    """(seconds of user and system time, MiB at most, what it printed)."""
    best, memory, out = float("inf"), 0, ""
    for _ in range(RUNS):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            out = process.stdout.read().strip()
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
        best = min(best, usage.ru_utime + usage.ru_stime)
        memory = max(memory, usage.ru_maxrss // 1024)
    return best, memory, out


def build(folder: str) -> str | None:
    """The Go program, or None where it cannot be had."""
    Path(folder, "main.go").write_text(GO, encoding="utf-8")
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
    return str(Path(folder, "bench"))


def main() -> None:
    """Measure and print."""
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        other = build(folder)
        start, _, _ = cpu([sys.executable, "-c", IMPORT])
        print(f"start of Python and the reader: {start:.2f} s")
        for path in sys.argv[1:]:
            ours, memory, total = cpu([sys.executable, "-c", READ, path])
            print(f"{path}: {ours - start:.2f} s without the start, {memory} MiB, {total} goroutines")
            if other is not None:
                theirs, their_memory, their_total = cpu([other, path])
                print(f"  gostackparse: {theirs:.2f} s, {their_memory} MiB, {their_total} goroutines")
                print(f"  ratio: {(ours - start) / theirs:.2f} without the start, {ours / theirs:.2f} with it")


if __name__ == "__main__":
    main()
