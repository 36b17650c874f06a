"""What a day with goleaklint costs: bench/daily.py REPOSITORY [--files N] [--copies]

Everything is done on a copy, so that files can be changed. Figures, as ratios in one run where that makes sense:

- parse: processor time of py-tree-sitter alone on the same files;
- cold: a run without a cache, in processor time against parse, in wall time, and the memory of its largest process;
- warm: the same with the results of a run before it;
- changed: one file of N, spread over the repository, gets a function more; wall time of the run after it, and its
  processor time against a process that imports click, tree_sitter and tree_sitter_go;
- named: the same file alone, as a hook is given it;
- copies (with --copies): processor time of two and four copies of the tree against one.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = [sys.executable, "-c", "from goleaklint.cli import main; main()", "check", "--exit-zero", "-q"]
START = [sys.executable, "-c", "import click, tree_sitter, tree_sitter_go"]
PARSE = """
import os, pathlib, sys, tree_sitter, tree_sitter_go
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_go.language()))
for path in pathlib.Path(".").rglob("*.go"):
    parser.parse(path.read_bytes())
"""


def run(command: list[str], cwd: Path) -> tuple[float, float]:
    """Wall and processor seconds of a command."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, check=True)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return ended - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def best(command: list[str], cwd: Path, runs: int = 5) -> tuple[float, float]:
    """The least wall and processor seconds of several runs."""
    found = [run(command, cwd) for _ in range(runs)]
    return min(wall for wall, _ in found), min(cpu for _, cpu in found)


def copy(repository: Path, target: Path) -> None:
    """The Go files with what tells how they belong together."""
    for path in sorted(repository.rglob("*")):
        if path.is_file() and (path.suffix == ".go" or path.name in ("go.mod", "go.work", ".gitignore")):
            place = target / path.relative_to(repository)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def changes(tree: Path, count: int, start: float) -> None:
    """Measure runs after a change of one file."""
    files = [path for path in sorted(tree.rglob("*.go")) if "testdata" not in path.parts]
    picked = files[:: max(len(files) // count, 1)][:count]
    walls, ratios, named = [], [], []
    for number, path in enumerate(picked):
        with path.open("a") as file:
            file.write(f"\nfunc changed{number}() {{}}\n")
        named.append(run([*PROGRAM, str(path.relative_to(tree))], tree)[1] / start)
        wall, cpu = run(PROGRAM, tree)
        walls.append(wall)
        ratios.append(cpu / start)
    quick = sum(wall <= 0.6 for wall in walls)
    print(f"changed: median {statistics.median(walls):.2f} s wall, {quick} of {len(walls)} within 0.6 s,", end=" ")
    print(f"worst {max(walls):.2f} s; median {statistics.median(ratios):.1f} times start")
    print(f"named: median {statistics.median(named):.1f} times start, worst {max(named):.1f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--files", type=int, default=20, help="how many files to change, one after the other")
    parser.add_argument("--copies", action="store_true", help="measure copies of the tree, too")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GOLEAKLINT_CACHE_DIR"] = f"{folder}/cache"
        tree = Path(folder) / "tree"
        copy(wanted.repository.resolve(), tree)
        start = best(START, tree)[1]
        parse = best([sys.executable, "-c", PARSE], tree, 2)[1]
        wall, cold = run([*PROGRAM, "--no-cache"], tree)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(
            f"parse: {parse:.1f} s; cold: {cold:.1f} s ({cold / parse:.0f} times), {wall:.1f} s wall, {memory:.0f} MB"
        )
        run(PROGRAM, tree)
        wall, cpu = best(PROGRAM, tree)
        print(f"warm: {wall:.2f} s wall, {cpu / start:.1f} times start ({start:.3f} s)")
        changes(tree, wanted.files, start)
        for count in (2, 4) if wanted.copies else ():
            several = Path(folder) / f"copies{count}"
            for number in range(count):
                copy(tree, several / str(number))
            print(f"copies: {count} cost {run([*PROGRAM, '--no-cache'], several)[1] / cold:.2f} times one")


if __name__ == "__main__":
    main()
