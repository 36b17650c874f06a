"""Build constraints: what the go tool says of a file's name and its //go:build line."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goleaklint.golang.constraints import ARCHES, DEFAULT, Config, Constraint, file_name_tags, parse


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.go", ("", "")),
        ("linux.go", ("", "")),
        ("_linux.go", ("linux", "")),
        ("a_linux.go", ("linux", "")),
        ("a_arm64.go", ("", "arm64")),
        ("a_linux_arm64.go", ("linux", "arm64")),
        ("a_linux_arm64_test.go", ("linux", "arm64")),
        ("a_linux_x.go", ("", "")),
        ("a_arm64_linux.go", ("linux", "")),
        ("a_b_windows_test.go", ("windows", "")),
        ("linux_amd64.go", ("", "amd64")),
        ("a_unix.go", ("", "")),
        ("a_test.go", ("", "")),
        ("a_linux.pb.go", ("linux", "")),
    ],
)
def test_file_names(name: str, expected: tuple[str, str]) -> None:
    """Only what follows an underscore counts, and only at the end."""
    assert file_name_tags(name) == expected


@pytest.mark.parametrize(
    ("name", "build", "allowed", "config"),
    [
        ("a.go", "", True, "linux/amd64"),
        ("a_linux.go", "!cgo", False, "linux/amd64 nocgo"),
        ("a.go", "unix && go1.21 && gc", True, "linux/amd64"),
        ("a.go", "!unix", False, "windows/amd64"),
        ("a.go", "!linux", False, "darwin/amd64"),
        ("a.go", "!(linux || darwin || windows) && arm64", False, "freebsd/arm64"),
        ("a.go", "!amd64 && !arm64", False, "linux/386"),
        ("a.go", "(integration || e2e) && !race", False, "linux/amd64 e2e"),
        ("a.go", "a && b && c && d && e && f", False, "linux/amd64 a b c d e f"),
        ("a_wasm.go", "", False, "js/wasm"),
        ("a_windows_arm64.go", "debug", False, "windows/arm64 debug"),
        ("a_android.go", "linux", False, "android/amd64"),
        ("a.go", "linux && windows", False, None),
        ("a.go", "!go1.5", False, None),
        ("a.go", "linux &&", True, "linux/amd64"),
        ("a.go", "a ? b", True, "linux/amd64"),
        ("a.go", "(" * 5000, True, "linux/amd64"),
    ],
)
def test_configurations(name: str, build: str, allowed: bool, config: str | None) -> None:
    """The most ordinary way to build a file; what Go itself would refuse is built always."""
    constraint = Constraint(name, build)
    found = constraint.config()
    assert (constraint.allows(DEFAULT), found and str(found)) == (allowed, config)


def test_cgo_files() -> None:
    """A file that imports "C" is left out of builds without cgo, with or without a line that says so."""
    assert not Constraint("a.go", "", uses_cgo=True).allows(Config(cgo=False))
    assert Constraint("a.go", "ignore", uses_cgo=False).is_ignored
    assert not Constraint("a.go", "!ignore").is_ignored


@given(st.text(alphabet="ab1.!&|() \t_", max_size=30))
def test_any_text(text: str) -> None:
    """A constraint is read or is a SyntaxError, never anything else."""
    try:
        expression = parse(text)
    except SyntaxError:
        return
    assert expression(DEFAULT) in (True, False)


EXPRESSIONS = (
    "linux", "!linux", "unix", "unix && !darwin", "cgo", "!cgo || windows", "a || b && !c", "(a || b) && c", "go1.21",
    "!go1.2", "gc", "gccgo", "illumos", "solaris && amd64", "linux || ignore", "android", "a && !(b || c)", "go2.1",
)  # fmt: skip


@pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")
@pytest.mark.parametrize(
    ("config", "environment"),
    [
        (DEFAULT, ["CGO_ENABLED=1"]),
        (Config("windows", "arm64", False, frozenset({"a"})), ["GOOS=windows", "GOARCH=arm64", "CGO_ENABLED=0"]),
        (Config("illumos", "amd64", False, frozenset({"b", "c"})), ["GOOS=illumos", "CGO_ENABLED=0"]),
        (Config("android", "arm64", True, frozenset({"a"})), ["GOOS=android", "GOARCH=arm64", "CGO_ENABLED=1"]),
    ],
)
def test_the_go_tool_agrees(tmp_path: Path, config: Config, environment: list[str]) -> None:
    """`go list` takes the same files, by name and by expression."""
    (tmp_path / "go.mod").write_text("module ex\n")
    builds = {f"x{number}.go": build for number, build in enumerate(EXPRESSIONS)}
    for words in ("linux", "windows_arm64", "illumos", "solaris_amd64", "arm64_test", "linux_x", "android_arm64"):
        builds[f"y_{words}.go"] = ""
    builds |= {f"z_{arch}.go": "" for arch in ARCHES}
    for name, build in builds.items():
        (tmp_path / name).write_text(f"//go:build {build}\n\npackage p\n" if build else "package p\n")
    command = ["env", *environment, "GOFLAGS=", "GOTOOLCHAIN=local", "go", "list", "-json", "-e"]
    command += ["-tags", ",".join(sorted(config.tags)), "."]
    listed = json.loads(subprocess.check_output(command, cwd=tmp_path, text=True))
    expected = sorted(listed.get("GoFiles", []) + listed.get("TestGoFiles", []))
    assert sorted(name for name, build in builds.items() if Constraint(name, build).allows(config)) == expected
