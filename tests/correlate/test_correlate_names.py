"""Symbols computed from syntax: those that Go 1.26 gave, built with and without inlining, and those of a build now."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from goleaklint.correlate.names import Named, resolve
from goleaklint.correlate.repository import Repository
from goleaklint.dump.goroutines import Frame
from goleaklint.golang import ast

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "testdata" / "projects" / "names"
# Symbol -> the line on which its function starts, from the line tables of two builds.
LINES = {
    "(*Box[go.shape.int]).All": 25,
    "(*Box[go.shape.int]).All.func1": 26,
    "(*T).Each.func1": 19,
    "(*T).Pointer.func1": 15,
    "(*T).stop": 16,
    "(*T).stop-fm": 16,
    "Map[go.shape.int,go.shape.string]": 35,
    "Map[go.shape.int,go.shape.string].func1": 37,
    "Map[...].func1": 37,
    "T.Value": 14,
    "T.Value.func1": 14,
    "init.0": 53,
    "init.0.func1": 53,
    "init.1": 55,
    "init.1.func1": 56,
    "init.func1": 46,  # `early` is initialized before `late`, which uses it
    "init.func2": 44,
    "glob..func2": 44,
    "init.func3": 49,
    "init.func4": 50,
    "init.func4.1": 50,
    "loops-range1": 66,
    "loops-range2": 68,
    "loops-range3": 73,
    "loops.func1": 67,
    "loops.func2": 70,
    "main.func2": 110,
    "main.option.func7": 59,
    "main.twice.option.func8": 59,
    "map.init.0": 123,  # `small` is too small for a function of its own, and `effects` has some
    "map.init.1": 133,
    "nested.func1.1.1": 94,
    "starts.deferwrap1": 82,
    "starts.gowrap2": 83,
    "starts.gowrap3": 85,
    "starts.deferwrap4": 86,
    "starts.deferwrap5": 88,
    "starts.func1": 84,
    "starts.func2": 85,
    "starts.func3": 89,
}


def named(local_name: str, line: int | None = None, name: str = "main.go") -> Named | None:
    return resolve(Repository(str(PROJECT)).package_of(f"{PROJECT}/{name}"), local_name, f"{PROJECT}/{name}", line)


@pytest.mark.parametrize("local_name", LINES)
def test_names(local_name: str) -> None:
    """The name alone leads to the function, loop or statement."""
    found = named(local_name)
    assert found is not None
    assert (found.line, found.sure) == (LINES[local_name], True)


@pytest.mark.parametrize(
    ("local_name", "kind"),
    [("loops-range2", ast.Range), ("starts.gowrap2", ast.Go), ("starts.deferwrap4", ast.Defer), ("starts.func1", None)],
)
def test_what_is_named(local_name: str, kind: type[ast.Node] | None) -> None:
    """What the compiler made a function of, beside the function that it is in."""
    found = named(local_name)
    assert found is not None
    assert found.node is None if kind is None else isinstance(found.node, kind)


@pytest.mark.parametrize(
    "local_name",
    ["gone", "starts.func9", "starts.gowrap1", "starts.deferwrap9", "loops-range9", "main.gone.func1", "func1"],
)
def test_names_that_are_none(local_name: str) -> None:
    """Numbers that are not given, wrappers of the other kind, functions that are not there."""
    assert named(local_name) is None


def test_inlined_literals_need_a_line(tmp_path: Path) -> None:
    """A function with two literals that came in by inlining: the number is the caller's, the line tells."""
    text = "package p\n\nfunc two() (a, b func()) {\n\ta = func() {}\n\tb = func() {}\n\treturn a, b\n}\n"
    (tmp_path / "p.go").write_text(text, encoding="utf-8")
    package, path = Repository(str(tmp_path)).package_of(f"{tmp_path}/p.go"), f"{tmp_path}/p.go"
    unsure, sure = resolve(package, "caller.two.func3", path), resolve(package, "caller.two.func3", path, 5)
    assert unsure is not None
    assert sure is not None
    assert (unsure.sure, sure.line, sure.sure) == (False, 5, True)


@pytest.mark.parametrize("part", [".1", ".func1", "-range1", ".gowrap1", "[", "]", ".starts", ".(*T)"])
def test_hostile_names(part: str) -> None:
    """A name made to be expensive is none, at once."""
    for count in (11, 60, 5000):
        assert named("starts" + ".x" + part * count) is None


def test_builds_and_tests(tmp_path: Path) -> None:
    """Files of another system are counted in their own build, tests behind all other files."""
    texts = {
        "a_test.go": "var a = func() {}",
        "b.go": "var b = func() {}",
        "c_windows.go": "var c = func() {}",
        "d.go": "var d = func() {}",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(f"package p\n\n{text}\n", encoding="utf-8")
    package = Repository(str(tmp_path)).package_of(f"{tmp_path}/b.go")
    names = {Path(path).name: [function.name for function in package.functions(path)] for path in sorted(package.paths)}
    assert names == {
        "a_test.go": ["init.func3"],
        "b.go": ["init.func1"],
        "c_windows.go": ["init.func2"],
        "d.go": ["init.func2"],
    }


def test_files_of_dependencies() -> None:
    """What came in by inlining is named after the repository and stands elsewhere: no file of the same name."""
    repository = Repository(str(PROJECT))
    frames = [
        Frame("example.com/prog.F.Dial.func1", "/go/pkg/mod/example.com/other@v1.0.0/main.go", 3),
        Frame("example.com/prog.F.func1", "/go/pkg/mod/example.com/prog@v1.0.0/main.go", 3),
        Frame("main.main.Dial.func1", "/go/pkg/mod/example.com/other@v1.0.0/main.go", 3),
        Frame("main.main.Dial.func1", "/app/vendor/example.com/other/main.go", 3),
    ]
    repository.learn(frames)
    path = f"{PROJECT}/main.go"
    assert [repository.file(frame) for frame in frames] == [None, path, None, None]


def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("symbols", ROOT / "bench" / "symbols.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(shutil.which("go") is None, reason="no go on PATH")
@pytest.mark.parametrize("flags", [[], ["-gcflags=-l"]])
def test_a_real_binary(tmp_path: Path, flags: list[str]) -> None:
    """Every function symbol of the project in the line table of a program built here, with and without inlining."""
    binary = tmp_path / "program"
    command = ["go", "build", *flags, "-o", str(binary), "."]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode or binary.read_bytes()[:4] != b"\x7fELF":
        pytest.skip(f"no ELF binary could be built: {done.stderr.strip()}")
    module = bench()
    repository = Repository(str(PROJECT))
    verdicts = Counter(
        module.judge(symbol, repository)
        for symbol in module.symbols(binary)
        if symbol.name.startswith("main.") and symbol.name != "main.init"
    )
    assert set(verdicts) <= {"right", "no Go source"}
    assert verdicts["right"] > 20
