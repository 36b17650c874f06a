"""Processor time of goleaklint, as ratios in one run: bench/speed.py REPOSITORY [FILE...]

Three figures, each the best of three runs on one core:

- start: a process that imports what every run needs (click, tree_sitter, tree_sitter_go) and parses the package;
- named: `goleaklint check FILE`, and its ratio to start, without a cache and with the results of a run before it;
- whole: `goleaklint check --jobs 1`, in seconds for 100,000 lines, and again with the results of a run before it.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 3
START = """
import click, tree_sitter, tree_sitter_go, pathlib, sys
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_go.language()))
for path in pathlib.Path(sys.argv[1]).glob("*.go"):
    parser.parse(path.read_bytes())
"""


def cpu(command: list[str], cwd: Path, runs: int = RUNS) -> float:
    """Seconds of user and system time that a command takes, the best of several runs."""
    best = float("inf")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def lines_of(program: list[str], repository: Path) -> int:
    """How many lines of Go a whole run reads."""
    run = subprocess.run(
        [*program, "--no-cache", "--format", "json"], cwd=repository, capture_output=True, text=True, check=False
    )
    stats = json.loads(run.stdout)["stats"]
    return int(stats["lines"])


def main() -> None:
    """Measure and print."""
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    repository, files = Path(sys.argv[1]).resolve(), sys.argv[2:]
    program = [sys.executable, "-c", "from goleaklint.cli import main; main()", "check"]
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GOLEAKLINT_CACHE_DIR"] = folder
        for name in files:
            start = cpu([sys.executable, "-c", START, os.path.dirname(name) or "."], repository)
            named = cpu([*program, "--no-cache", name], repository)
            subprocess.run([*program, name], cwd=repository, capture_output=True, check=False)
            again = cpu([*program, name], repository)
            ratios.append(named / start)
            print(f"{name}: start {start:.3f} s, named {named:.3f} s ({named / start:.1f}), again {again / start:.1f}")
        if ratios:
            within = sum(ratio <= 3 for ratio in ratios)
            print(f"named: median {statistics.median(ratios):.1f} times start, {within} of {len(ratios)} within 3")
        whole = cpu([*program, "--jobs", "1"], repository, runs=1)
        again = cpu([*program, "--jobs", "1"], repository, runs=1)
    lines = lines_of(program, repository)
    each = whole / lines * 100_000
    print(f"whole: {whole:.1f} s for {lines:,} lines, {each:.1f} s for 100,000 lines, again {again:.2f} s")


if __name__ == "__main__":
    main()
