"""How bench/compare.py runs each tool, and which of its checks are about goroutines that leak or block.

What a tool says about anything else is not counted, neither for it nor against it.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple


class Said(NamedTuple):
    """One report: the check, the path relative to the tree, and the lines (the first is the primary one)."""

    check: str
    path: str
    lines: frozenset[int]
    line: int


class Run(NamedTuple):
    """What a run gave. `broken` are packages that the tool could not analyse, `seconds` is user and system time."""

    said: list[Said]
    seconds: float
    broken: str = ""


class Tool(NamedTuple):
    """A tool: whether it needs a tree that builds, its command for paths, and how its output is read."""

    name: str
    builds: bool
    command: Callable[[list[str]], list[str]]
    read: Callable[[str], Iterator[Said]]


KEEPING = "goleaklint with its cache"
VET = {"copylocks", "httpresponse", "lostcancel", "testinggoroutine", "waitgroup"}
STATICCHECK = re.compile(r"SA1015|SA1017|SA200[023]|SA4011|SA5001|SA5003")
SEMGREP = {
    "channel-guarded-with-mutex",
    "hanging-goroutine",
    "missing-runlock-on-rwmutex",
    "missing-unlock-before-return",
    "sync-mutex-value-copied",
    "waitgroup-add-called-inside-goroutine",
    "waitgroup-wait-inside-loop",
}
LINTERS = {"bodyclose", "contextcheck", "fatcontext", "noctx", "rowserrcheck", "spancheck", "sqlclosecheck"}
GOSEC = {"G112", "G114", "G118"}
GOLANGCI = f"""version: "2"
run: {{relative-path-mode: wd}}
linters:
  default: none
  enable: [{", ".join(sorted(LINTERS))}, gocritic, gosec, govet, staticcheck]
  settings:
    gocritic: {{disable-all: true, enabled-checks: [badLock, deferInLoop]}}
    gosec: {{includes: [{", ".join(sorted(GOSEC))}]}}
    govet: {{disable-all: true, enable: [{", ".join(sorted(VET))}]}}
    staticcheck: {{checks: [all]}}
issues: {{max-issues-per-linter: 0, max-same-issues: 0}}
"""


def tools(folder: Path, semgrep_rules: list[str], config: Path) -> list[Tool]:
    """The tools that are there: in `folder`, beside it in a virtual environment, or on PATH."""
    path = os.pathsep.join([str(folder), os.environ.get("PATH", "")])
    have = {name: shutil.which(name, path=path) for name in ("go", "staticcheck", "golangci-lint", "semgrep")}
    program = [sys.executable, "-c", "from goleaklint.cli import main; main()"]
    ours = [*program, "check", "--isolated", "--format", "json"]
    found = [
        Tool("goleaklint", False, lambda paths: [*ours, "--no-cache", *paths], _ours),
        Tool(KEEPING, False, lambda paths: [*ours, *paths], _ours),
    ]
    if go := have["go"]:
        found.append(Tool("go vet", True, lambda paths: [go, "vet", "-json", *packages(paths)], _vet))
    if static := have["staticcheck"]:
        arguments = ["-checks", "all", "-f", "json"]
        found.append(Tool("staticcheck", True, lambda paths: [static, *arguments, *packages(paths)], _staticcheck))
    if golangci := have["golangci-lint"]:
        config.write_text(GOLANGCI, encoding="utf-8")
        lint = [golangci, "run", "--config", str(config), "--output.json.path", "stdout", "--show-stats=false"]
        found.append(Tool("golangci-lint", True, lambda paths: [*lint, *packages(paths)], _golangci))
    if (semgrep := have["semgrep"]) and semgrep_rules:
        scan = [semgrep, "scan", "--json", "--quiet", "--metrics", "off", "--disable-version-check", "--no-git-ignore"]
        configs = [word for rules in semgrep_rules for word in ("--config", rules)]
        found.append(Tool("semgrep", False, lambda paths: [*scan, *configs, *paths], _semgrep))
    return found


def packages(paths: list[str]) -> list[str]:
    """The Go tools want packages, and as `./x`."""
    names = {os.path.dirname(path) if path.endswith(".go") else path for path in paths}
    return sorted("./..." if name == "." else f"./{name}" if name else "." for name in names)


def run(tool: Tool, tree: Path, paths: list[str], caches: Path | None = None, timeout: int = 1200) -> Run:
    """Run a tool in `tree`. `caches` is where the Go tools keep theirs; a new, empty one when it is not given."""
    with tempfile.TemporaryDirectory() as scratch:
        place = caches or Path(scratch)
        names = {"GOCACHE": "go", "STATICCHECK_CACHE": "staticcheck", "GOLANGCI_LINT_CACHE": "golangci"}
        names["GOLEAKLINT_CACHE_DIR"] = "goleaklint"
        environment = os.environ | {name: str(place / folder) for name, folder in names.items()}
        environment |= {"SEMGREP_SEND_METRICS": "off", "GOWORK": "off"}
        out, err = Path(scratch, "out"), Path(scratch, "err")
        with out.open("w") as output, err.open("w") as errors:
            process = subprocess.Popen(tool.command(paths), cwd=tree, env=environment, stdout=output, stderr=errors)
            timed_out = False
            try:
                _, status, usage = _wait(process, timeout)
            except TimeoutError:
                process.kill()
                _, status, usage = os.wait4(process.pid, 0)
                timed_out = True
        process.returncode = os.waitstatus_to_exitcode(status)
        text, trouble = out.read_text(errors="replace"), err.read_text(errors="replace")
        seconds = usage.ru_utime + usage.ru_stime
        if timed_out:
            return Run([], seconds, f"longer than {timeout} s")
        try:
            said = [_below(one, tree) for one in tool.read(text if text.strip() else trouble)]
        except (ValueError, KeyError) as error:
            return Run([], seconds, f"{type(error).__name__}: {(trouble or text).strip()[-300:]}")
        broken = (
            (trouble.strip() or text)[:300]
            if tool.builds and _cannot_build(tool, process.returncode, text + trouble)
            else ""
        )
        return Run(said, seconds, broken)


def _wait(process: subprocess.Popen[bytes], timeout: int) -> tuple[int, int, resource.struct_rusage]:

    end = time.monotonic() + timeout
    while time.monotonic() < end:
        done = os.wait4(process.pid, os.WNOHANG)
        if done[0]:
            return done
        time.sleep(0.02)
    raise TimeoutError


def _cannot_build(tool: Tool, code: int, text: str) -> bool:
    if tool.name == "go vet":
        return code != 0  # with -json findings are no failure
    signs = ('"code":"compile"', '"FromLinter":"typecheck"', "could not import", "no required module", "no Go files")
    return code > 1 or any(sign in text for sign in signs)


def _below(said: Said, tree: Path) -> Said:
    path = os.path.relpath(os.path.realpath(os.path.join(tree, said.path)), os.path.realpath(tree))
    return said._replace(path=path.replace(os.sep, "/"))


def _one(check: str, path: str, line: int) -> Said:
    return Said(check, path, frozenset({line}), line)


def _ours(text: str) -> Iterator[Said]:
    for found in json.loads(text)["findings"]:
        span = found["span"]
        lines = {
            span["line"],
            *(one["span"]["line"] for one in found["related"] if one["span"]["path"] == span["path"]),
        }
        yield Said(found["code"], span["path"], frozenset(lines), span["line"])


def _vet(text: str) -> Iterator[Said]:
    decoder = json.JSONDecoder()
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    at = text.find("{")
    while at >= 0:
        part, at = decoder.raw_decode(text, at)
        for analyzers in part.values():
            for name in VET & analyzers.keys():
                for one in analyzers[name] if isinstance(analyzers[name], list) else ():
                    path, line, _ = one["posn"].rsplit(":", 2)
                    yield _one(name, path, int(line))
        at = text.find("{", at)


def _staticcheck(text: str) -> Iterator[Said]:
    for row in text.splitlines():
        one = json.loads(row)
        if STATICCHECK.fullmatch(one["code"]):
            yield _one(one["code"], one["location"]["file"], one["location"]["line"])


def _golangci(text: str) -> Iterator[Said]:
    for one in json.loads(text[text.index("{") :].splitlines()[0])["Issues"] or ():
        linter, said = one["FromLinter"], one["Text"]
        code = said.partition(":")[0]
        if linter == "typecheck" or (linter == "staticcheck" and not STATICCHECK.fullmatch(code)):
            continue
        name = f"{linter}/{code}" if linter in ("staticcheck", "govet", "gosec", "gocritic") else linter
        yield _one(name, one["Pos"]["Filename"], one["Pos"]["Line"])


def _semgrep(text: str) -> Iterator[Said]:
    for one in json.loads(text)["results"]:
        name = one["check_id"].rpartition(".")[2]
        if name in SEMGREP:
            start, end = one["start"]["line"], one["end"]["line"]
            yield Said(name, one["path"], frozenset(range(start, end + 1)), start)
