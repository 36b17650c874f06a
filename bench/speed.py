"""Processor time of goleaklint, as ratios in one run: bench/speed.py REPOSITORY [FILE...]

Three figures, each the best of three runs on one core:

- start: a process that imports what every run needs (click, tree_sitter, tree_sitter_go) and parses the package;
- named: `goleaklint check FILE`, and its ratio to start;
- whole: `goleaklint check REPOSITORY --jobs 1`, in seconds for 100,000 lines.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
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
    run = subprocess.run([*program, "--format", "json"], cwd=repository, capture_output=True, text=True, check=False)
    stats = json.loads(run.stdout)["stats"]
    return int(stats["lines"])


def main() -> None:
    """Measure and print."""
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    repository, files = Path(sys.argv[1]).resolve(), sys.argv[2:]
    program = [sys.executable, "-c", "from goleaklint.cli import main; main()", "check"]
    for name in files:
        start = cpu([sys.executable, "-c", START, os.path.dirname(name) or "."], repository)
        named = cpu([*program, name], repository)
        print(f"named {name}: {named:.2f} s, {named / start:.1f} times start and parsing its package ({start:.2f} s)")
    whole = cpu([*program, "--jobs", "1"], repository, runs=1)
    lines = lines_of(program, repository)
    print(f"whole: {whole:.1f} s for {lines:,} lines, {whole / lines * 100_000:.1f} s for 100,000 lines")


if __name__ == "__main__":
    main()
