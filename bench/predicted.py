"""How many leaked goroutines carry a finding: bench/predicted.py [-v] [--runs N] [--keep DIR]

The truth is made here: the leak kernels that come with Go are built with its leak profile and run, each writes the dump
of what the garbage collector found to be leaked, and `goleaklint dump --repo` reads all dumps at once. A goroutine that
is marked leaked is predicted when its group carries a finding. Counted once for each stack of each kernel, and once for
each goroutine, which favours kernels that start thousands.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

KERNELS = "src/runtime/testdata/testgoroutineleakprofile"
SECONDS = 30


def main() -> None:
    """Build, run, read and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-v", "--verbose", action="store_true", help="show what no finding predicts")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--keep", metavar="DIR", help="where the source and the dumps stay")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(options.keep or scratch)
        goroot = subprocess.run(["go", "env", "GOROOT"], check=True, capture_output=True, text=True).stdout.strip()
        for name in ("goker", "."):
            source = work / ("goker" if name == "goker" else "common")
            if not source.exists():
                prepare(Path(goroot, KERNELS, name), source, options.runs)
            count(source, verbose=options.verbose)


def prepare(kernels: Path, source: Path, runs: int) -> None:
    """A module with the kernels, and a dump of each that leaks something."""
    source.mkdir(parents=True)
    for path in kernels.glob("*.go"):
        shutil.copy(path, source)
    (source / "go.mod").write_text("module kernels\n\ngo 1.25\n", encoding="utf-8")
    program = source / "program"
    environment = {**os.environ, "GOEXPERIMENT": "goroutineleakprofile", "GOWORK": "off"}
    subprocess.run(["go", "build", "-o", program.name, "."], cwd=source, env=environment, check=True)
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(source.glob("*.go")))
    dumps = source / "dumps"
    dumps.mkdir()
    for name in sorted(set(re.findall(r'register\("(\w+)"', text))):
        for run in range(runs):
            try:
                done = subprocess.run([program, name], capture_output=True, timeout=SECONDS, check=False)
            except subprocess.TimeoutExpired:
                print(f"{name}: took longer than {SECONDS} s", file=sys.stderr)
                continue
            if b"(leaked)" in done.stdout:
                (dumps / f"{name}.{run}.txt").write_bytes(done.stdout)


def count(source: Path, *, verbose: bool) -> None:
    """What `goleaklint dump` says of the dumps."""
    files = sorted(str(path) for path in (source / "dumps").glob("*.txt"))
    program = [sys.executable, "-c", "from goleaklint.cli import main; main()", "dump", "--repo", str(source)]
    run = subprocess.run([*program, "--format", "json", "-q", *files], capture_output=True, text=True, check=True)
    stacks: dict[tuple[str, ...], bool] = {}
    goroutines = predicted = 0
    for dump in json.loads(run.stdout)["dumps"]:
        for group in dump["groups"]:
            if not group["leaked"]:
                continue
            has = group["finding"] is not None
            goroutines += group["leaked"]
            predicted += group["leaked"] * has
            stacks[key(dump, group)] = has
    print(f"{source.name}: {sum(stacks.values())} of {len(stacks)} leaked stacks carry a finding", end="")
    print(
        f" ({100 * sum(stacks.values()) / max(len(stacks), 1):.1f} %); {predicted} of {goroutines} goroutines", end=""
    )
    print(f" ({100 * predicted / max(goroutines, 1):.1f} %)")
    if verbose:
        for kernel, *rest in sorted(stack for stack, has in stacks.items() if not has):
            print(" ", kernel, *rest)


def key(dump: dict[str, Any], group: dict[str, Any]) -> tuple[str, ...]:
    """One stack of one kernel."""
    kernel = Path(dump["path"]).name.partition(".")[0]
    frames = [f"{frame['function']}:{frame['line']}" for frame in group["stack"]["frames"]]
    creator = group["stack"]["createdBy"] or {"function": "", "line": 0}
    return kernel, group["reason"], " < ".join(frames), f"created by {creator['function']}:{creator['line']}"


if __name__ == "__main__":
    main()
