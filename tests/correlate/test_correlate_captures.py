"""Every creation site of real dumps beside the source that made them, checked against the text of that source."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from goleaklint.correlate.account import correlate
from goleaklint.correlate.repository import Repository
from goleaklint.dump.account import Account, Group, How, Site
from goleaklint.dump.formats import read
from goleaklint.dump.goroutines import Verdict

ROOT = Path(__file__).parents[2]
OWN = ROOT / "testdata" / "dumps"
SHARED = ROOT.parent / "shared" / "dumps"  # more captures, present where the project is developed and tested
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/dumps beside this checkout")

OWN_NAMES = [path.stem for path in sorted(OWN.glob("*.txt")) if path.stem != "race"]
# With the source as it was when they were captured; the others have lines of an older main.go.
EXACT = ["ancestors", "default", "labels", "minutes", "minutes-leak", "trimpath", "vendor", "vendor-trimpath"]
LEAKPROFILE = ["goroutine", "goroutine-after-leak", "goroutineleak"]


def account(dump: Path, source: Path) -> Account:
    [found] = correlate([read(dump.read_bytes(), dump.name)], Repository(str(source)), lambda directories: ((), ()))
    return found


def created_in(group: Group, *packages: str) -> bool:
    creator = group.bucket.stack.created_by
    return creator is not None and creator.function.startswith(packages)


def check_creation(site: Site, group: Group) -> None:
    """The named line holds `go`, and is in the function of the dump's name, by the text alone."""
    lines = Path(site.span.path).read_text(encoding="utf-8").split("\n")
    assert re.search(r"\bgo\b", lines[site.span.line - 1]), site
    heads = [line for line in lines[: site.span.line] if re.match(r"(func|var)\b", line)]
    creator = group.bucket.stack.created_by
    assert creator is not None
    name = re.sub(r"-range\d+|\.func[\d.]+$", "", creator.function.rpartition("/")[2])
    method = re.match(r"func \((?:\w+ )?\*?(\w+)(?:\[.*?\])?\) (\w+)", heads[-1])
    declared = ".".join(method.groups()) if method else re.sub(r"^(?:func|var) (\w+).*", r"\1", heads[-1])
    plain = re.sub(r"\[\.\.\.\]|[(*)]", "", name)
    assert plain.endswith("." + declared) or heads[-1].startswith("var"), (site, heads[-1])
    assert site.span.line == site.dump_line
    assert site.statement.startswith("go ")


@pytest.mark.parametrize("name", OWN_NAMES)
def test_own_captures(name: str) -> None:
    """Every goroutine created in the module or its nested module has its go statement, on the very line."""
    found = account(OWN / f"{name}.txt", OWN / "source")
    assert found.diagnostics == ()
    for group in found.groups:
        if created_in(group, "example.com/shop", "main.") and group.bucket.verdict is not Verdict.NEVER:
            assert group.creation is not None
            assert group.creation.how is How.LINE
            check_creation(group.creation, group)


@needs_shared
@pytest.mark.parametrize(
    "dump",
    [f"{name}/goroutine.debug2.txt" for name in EXACT]
    + ["minutes-leak/goroutineleak.debug2.txt"]
    + [f"leakprofile/{name}.debug2.txt" for name in LEAKPROFILE],
)
def test_shared_captures(dump: str) -> None:
    """40 of the 51 goroutines were created in the module, all found; 5 more by the function handed to a helper."""
    found = account(SHARED / dump, SHARED / "source")
    counts: Counter[str] = Counter()
    for group in found.groups:
        if created_in(group, "example.com/app/", "main."):
            assert group.creation is not None
            check_creation(group.creation, group)
        kind = "none" if group.creation is None else group.creation.how
        if group.bucket.stack.created_by is not None:
            counts[kind] += group.bucket.count
    assert found.diagnostics == ()
    assert counts == {"line": 40, "helper": 5, "none": 3}


@needs_shared
@pytest.mark.parametrize("dump", ["sigquit/stderr.txt", "panic-system/stderr.txt", "throw/stderr.txt"])
def test_shared_captures_with_drift(dump: str) -> None:
    """Lines of an older main.go are found again by the function; everything else is on its line."""
    found = account(SHARED / dump, SHARED / "source")
    moved = set()
    for group in found.groups:
        if group.creation is not None and group.creation.how is How.MOVED:
            moved.add((group.creation.dump_line, group.creation.span.line, group.creation.statement))
        elif group.creation is not None and created_in(group, "example.com/app/"):
            check_creation(group.creation, group)
    expected = {(66, 78, "go http.Serve(l, nil)")}
    if dump.startswith("throw"):
        expected.add((76, 88, "go func() {"))
    assert moved == expected
    assert {item.kind for item in found.diagnostics} == {"drift"}


@needs_shared
@pytest.mark.parametrize("dump", ["cgo/goroutine.debug2.txt", "cgo/stderr-system.txt", "deadlock/stderr.txt"])
def test_shared_captures_of_main(dump: str) -> None:
    """`main.*` has no import path: three commands of the checkout have a main.go, the right one is taken."""
    found = account(SHARED / dump, SHARED / "source")
    sites = [group.creation for group in found.groups if created_in(group, "main.")]
    assert sites
    for group in found.groups:
        if created_in(group, "main."):
            assert group.creation is not None
            check_creation(group.creation, group)


@needs_shared
def test_shared_twins() -> None:
    """A dump of a program that is not in the checkout has no places, and none is made up."""
    found = account(SHARED / "twins.debug2.txt", SHARED / "source")
    assert [(group.creation, group.block) for group in found.groups] == [(None, None)] * 6
