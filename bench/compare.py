"""goleaklint beside other tools: bench/compare.py [--tools DIR] [--semgrep-rules DIR]... [--fixes FILE --mirror DIR]

Three sets, of which the first two are ours and therefore favour us:

- pages: the examples under *Leaks* and *Fixed* of each rule's page, a package each. Caught: a check reports more on the
  first than on the second. A false alarm: a report on the second.
- functions: the functions of testdata/. Caught: a report in a function of leak.go with a line that is marked as a leak.
  A false alarm: a function of ok.go with a report.
- fixes (only with --fixes): real commits that repaired a leak, one JSON object a line: `id`, `repo`, `parent`, `fix`
  (commits), `path`, `fix_path` (or null), `lines` (of the leak at the parent), `also` (path and line of other places at
  which a report is as good; optional). --mirror has the repositories, bare, as OWNER+NAME/repo. Caught: a report meets
  the lines, and that check has fewer in that function after the commit.

and with --module DIR the processor time of `go vet ./...` there, with no cache, over that of `goleaklint check .`.

Only checks about leaks and blocking are counted (bench/linters.py). Processor time is that of all processes. The Go
tools must compile what they look at: their first time is with empty caches, the second with those of the first run.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import linters
from linters import Said, Tool

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from test_ground_truth import is_built
from test_rules import RULES, TESTDATA, example, marks

STUBS = {
    "golang.org/x/sync": (
        "errgroup/errgroup.go",
        """package errgroup

import "context"

type Group struct{}

func WithContext(ctx context.Context) (*Group, context.Context) { return new(Group), ctx }
func (g *Group) Go(f func() error)      { go f() }
func (g *Group) TryGo(f func() error) bool { go f(); return true }
func (g *Group) SetLimit(n int)         {}
func (g *Group) Wait() error            { return nil }
""",
    ),
    "google.golang.org/grpc": (
        "grpc.go",
        """package grpc

type ClientConn struct{}
type CallOption interface{}
type ServerStreamingClient[T any] interface{ Recv() (*T, error) }
""",
    ),
    "example.com/events": (
        "pb/pb.go",
        """package pb

import (
	"context"

	"google.golang.org/grpc"
)

type Request struct{}
type Event struct{}
type EventsClient interface {
	List(ctx context.Context, in *Request, opts ...grpc.CallOption) (grpc.ServerStreamingClient[Event], error)
}

func NewEventsClient(conn *grpc.ClientConn) EventsClient { return nil }
""",
    ),
}


class Function(NamedTuple):
    """A function of a file: its name with its receiver's type, and its lines."""

    name: str
    start: int
    end: int


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", type=Path, default=Path(), metavar="DIR", help="where the other tools are")
    parser.add_argument("--semgrep-rules", action="append", default=[], metavar="PATH", help="rules for semgrep")
    parser.add_argument("--only", action="append", metavar="TOOL", help="only this tool; can be repeated")
    parser.add_argument("--fixes", type=Path, metavar="FILE", help="real fixes, as JSON lines")
    parser.add_argument("--mirror", type=Path, default=Path(), metavar="DIR", help="the repositories of the fixes")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where trees and caches of the fixes stay")
    parser.add_argument("--module", type=Path, metavar="DIR", help="a Go module to compare processor time on")
    parser.add_argument("--no-sets", action="store_true", help="without pages and functions")
    parser.add_argument("-v", "--verbose", action="store_true", help="each leak, and who caught it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch, "golangci.yml")
        found = linters.tools(options.tools.absolute(), options.semgrep_rules, config)
        chosen = [tool for tool in found if not options.only or tool.name in options.only]
        others = [tool for tool in chosen if tool.name != linters.KEEPING]
        if not options.no_sets:
            small_sets(others, Path(scratch), verbose=options.verbose)
        if options.fixes:
            rows = [json.loads(line) for line in options.fixes.read_text().splitlines() if line.strip()]
            keep = (options.keep or Path(scratch)).absolute()
            for tool in others:
                fixes(tool, rows, options.mirror.absolute(), keep, verbose=options.verbose)
        if options.module:
            module(chosen, options.module.absolute())


def small_sets(chosen: list[Tool], scratch: Path, *, verbose: bool) -> None:
    """Both sets in one module, so that each tool runs once."""
    tree = scratch / "sets"
    write_module(tree)
    leaks, sound = labels(tree)
    who: dict[str, list[str]] = collections.defaultdict(list)
    for tool in chosen:
        caches = Path(tempfile.mkdtemp(dir=scratch))
        first = linters.run(tool, tree, ["."], caches)
        again = linters.run(tool, tree, ["."], caches)
        by_file = collections.defaultdict(list)
        for one in first.said:
            by_file[one.path].append(one)
        pages = [name for name in RULES if reported_fewer(by_file, name)]
        alarms = sum(bool(by_file[f"pages/{name}/fixed/p.go"]) for name in RULES)
        caught = [place for place in leaks if within(by_file, place)]
        false = [place for place in sound if within(by_file, place)]
        for name in pages:
            who[name].append(tool.name)
        print(
            f"{tool.name}: pages {len(pages)} of {len(RULES)}, alarms {alarms}; "
            f"functions {len(caught)} of {len(leaks)}, alarms {len(false)} of {len(sound)}; "
            f"{first.seconds:.1f} s, again {again.seconds:.1f} s"
            + (f"; NOT ALL ANALYSED: {first.broken}" if first.broken else "")
        )
        if verbose:
            for path, function in false:
                checks = sorted({one.check for one in by_file[path] if function.start <= one.line <= function.end})
                print(f"  alarm {path} {function.name}: {', '.join(checks)}")
    if verbose:
        for name in RULES:
            print(f"  {name}: {', '.join(who[name]) or '-'}")


def write_module(tree: Path) -> None:
    """`pages/RULE/{leaks,fixed}/p.go`, `RULE/*.go` of testdata (those that build), and stubs of other modules."""
    requires = "".join(f"require {path} v0.0.0\nreplace {path} => ./stubs/{path}\n" for path in STUBS)
    for path, (name, text) in STUBS.items():
        put(tree / "stubs" / path / name, text)
        put(tree / "stubs" / path / "go.mod", f"module {path}\n\ngo 1.26\n")
    put(tree / "go.mod", f"module goleaklint.test/testdata\n\ngo 1.26\n\n{requires}")
    for name, rule in RULES.items():
        for section in ("Leaks", "Fixed"):
            put(tree / "pages" / name / section.lower() / "p.go", example(rule, section))
        for file in sorted((TESTDATA / name).rglob("*.go")):
            if is_built(file):
                put(tree / file.relative_to(TESTDATA), file.read_text())


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


Place = tuple[str, Function]


def labels(tree: Path) -> tuple[list[Place], list[Place]]:
    """The functions of testdata that leak (with a marked line), and those of ok.go."""
    leaks, sound = [], []
    for file in sorted(path for name in RULES for path in (tree / name).rglob("*.go")):
        path, text = file.relative_to(tree).as_posix(), file.read_text()
        marked = {mark.line for mark in marks(text) if mark.kind in ("want", "note")}
        for function in functions(text):
            if file.name.startswith("leak") and marked & set(range(function.start, function.end + 1)):
                leaks.append((path, function))
            elif file.name.startswith("ok"):
                sound.append((path, function))
    return leaks, sound


def functions(text: str) -> list[Function]:
    """The top-level functions of a file that gofmt has written."""
    found, start, name = [], 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"func (?:\((?:\w+ )?\*?(\w+)[^)]*\) )?(\w+)", line)
        if head:
            start, name = number, ".".join(filter(None, head.groups()))
        if start and (line.startswith("}") or (head and line.endswith("}"))):
            found.append(Function(name, start, number))
            start = 0
    return found


def reported_fewer(by_file: dict[str, list[Said]], name: str) -> bool:
    """Whether a check reports more on the leak than on its repair."""
    before = collections.Counter(one.check for one in by_file[f"pages/{name}/leaks/p.go"])
    after = collections.Counter(one.check for one in by_file[f"pages/{name}/fixed/p.go"])
    return any(count > after[check] for check, count in before.items())


def within(by_file: dict[str, list[Said]], place: Place) -> bool:
    path, function = place
    return any(function.start <= one.line <= function.end for one in by_file[path])


def fixes(tool: Tool, rows: list[dict[str, Any]], mirror: Path, keep: Path, *, verbose: bool) -> None:
    """Real fixes: reported before, and fewer after. A tool that builds needs a tree with modules."""
    caches = keep / "caches"
    score: collections.Counter[str] = collections.Counter()
    seconds = 0.0
    for row in rows:
        before_tree = lay_out(row["repo"], row["parent"], mirror, keep)
        root = module_root(before_tree, row["path"])
        if tool.builds and root is None:
            score["not in a module"] += 1
            continue
        said, spent, broken = look(tool, before_tree, row["path"], caches)
        seconds += spent
        if broken:
            score["not built"] += 1
            if verbose:
                print(f"  {tool.name} {row['id']}: not built: {broken[-160:]!r}")
            continue
        score["analysed"] += 1
        hits = [one for one in said if one.lines & labelled(row, one.path)]
        caught = False
        if hits:
            after_tree = lay_out(row["repo"], row["fix"], mirror, keep)
            path = row.get("fix_path") or row["path"]
            after, spent, _ = look(tool, after_tree, path, caches)
            seconds += spent
            renamed = {path: row["path"]}
            old, new = counted(said, before_tree, {}), counted(after, after_tree, renamed)
            groups = counted(hits, before_tree, {})
            caught = any(new[group] <= old[group] - number for group, number in groups.items())
        score["reported"] += bool(hits)
        score["caught"] += caught
        score["reports"] += len(said)
        if verbose:
            print(f"  {tool.name} {row['id']}: {'caught' if caught else 'reported, stays' if hits else 'silent'}")
    print(
        f"{tool.name}: fixes: caught {score['caught']} (reported before {score['reported']}) of {score['analysed']} "
        f"analysed; {score['reports']} reports in their packages; {score['not in a module']} are older than modules, "
        f"{score['not built']} did not build; {seconds:.1f} s"
    )


def look(tool: Tool, tree: Path, path: str, caches: Path) -> linters.Run:
    """What a tool says of the package of `path`, with paths relative to `tree`."""
    folder = os.path.dirname(path)
    if not tool.builds:
        names = sorted(file.relative_to(tree).as_posix() for file in (tree / folder).glob("*.go"))
        return linters.run(tool, tree, names, caches)
    root = module_root(tree, path) or tree
    inside = os.path.relpath(tree / folder, root)
    done = linters.run(tool, root, [inside], caches, timeout=300)
    shift = os.path.relpath(root, tree)
    return done._replace(said=[one._replace(path=os.path.normpath(f"{shift}/{one.path}")) for one in done.said])


def labelled(row: dict[str, Any], path: str) -> set[int]:
    """The lines of a file at which a reader would accept a report of the leak."""
    also = {one["line"] for one in row.get("also", ()) if one["path"] == path}
    return also | (set(row["lines"]) if path == row["path"] else set())


def counted(said: Iterable[Said], tree: Path, renamed: dict[str, str]) -> collections.Counter[tuple[str, str, str]]:
    """Reports by check, file (a renamed one by its old name) and function."""
    known: dict[str, list[Function]] = {}
    found: collections.Counter[tuple[str, str, str]] = collections.Counter()
    for one in said:
        if one.path not in known:
            file = tree / one.path
            known[one.path] = functions(file.read_text(errors="replace")) if file.is_file() else []
        around = (function.name for function in known[one.path] if function.start <= one.line <= function.end)
        found[one.check, renamed.get(one.path, one.path), next(around, "")] += 1
    return found


def module_root(tree: Path, path: str) -> Path | None:
    """The nearest directory with a go.mod."""
    for folder in (tree / path).parents:
        if (folder / "go.mod").is_file():
            return folder
        if folder == tree:
            break
    return None


def lay_out(repo: str, commit: str, mirror: Path, keep: Path) -> Path:
    """The Go files, go.mod, go.sum and vendor directories of a commit."""
    folder = keep / "trees" / repo.replace("/", "+") / commit[:12]
    if folder.is_dir():
        return folder
    git = ["git", "--git-dir", str(mirror / repo.replace("/", "+") / "repo")]
    listed = subprocess.run([*git, "ls-tree", "-r", "-z", commit], capture_output=True, check=True).stdout
    rows = [row.split("\t", 1) for row in listed.decode().split("\0") if row.startswith("100")]
    wanted = [
        (head.split()[2], path) for head, path in rows if path.endswith((".go", "go.mod", "go.sum", "modules.txt"))
    ]
    names = "\n".join(blob for blob, _ in wanted).encode()
    blobs = subprocess.run([*git, "cat-file", "--batch"], input=names, capture_output=True, check=True).stdout
    part, at = folder.with_suffix(".part"), 0
    for _, path in wanted:
        end = blobs.index(b"\n", at)
        head = blobs[at:end].split()
        at = end + 1
        if head[-1] == b"missing":
            continue
        (part / path).parent.mkdir(parents=True, exist_ok=True)
        (part / path).write_bytes(blobs[at : at + int(head[2])])
        at += int(head[2]) + 1
    shutil.move(part, folder)
    return folder


def module(chosen: list[Tool], folder: Path) -> None:
    """Processor time on a module, all caches empty."""
    spent = {}
    for tool in chosen:
        with tempfile.TemporaryDirectory() as caches:
            done = linters.run(tool, folder, ["."], Path(caches))
            again = linters.run(tool, folder, ["."], Path(caches))
        spent[tool.name] = done.seconds
        print(
            f"{tool.name}: {done.seconds:.1f} s on {folder.name}, again {again.seconds:.1f} s, {len(done.said)} reports"
            + f" {done.broken}".rstrip()
        )
    if "go vet" in spent and "goleaklint" in spent:
        print(f"go vet over goleaklint: {spent['go vet'] / spent['goleaklint']:.1f}")


if __name__ == "__main__":
    main()
