"""Kept results: an answer is the one that a run without a cache gives, whatever was changed in between."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from goleaklint import driver
from goleaklint.config import Config
from goleaklint.explore import roots
from goleaklint.model import Confidence, Report
from goleaklint.results import PackageResult
from goleaklint.store import FILE_NAME

LEAK = """package {name}

func leak() {{
	c := make(chan int)
	go func() {{ c <- 1 }}()
}}
"""
OWNER = """package owner

type Loop struct{ quit chan struct{} }

func New() *Loop {
	l := &Loop{quit: make(chan struct{})}
	go l.run()
	return l
}

func (l *Loop) run() { <-l.quit }

func (l *Loop) Close() { close(l.quit) }
"""
USER = """package user

import (
	"context"

	"example.com/m/owner"
)

func use(ctx context.Context) {
	owner.New()
}
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module with a leak in one package and a package that forgets to close what another one starts."""
    root = tmp_path / "tree"
    for name, text in {
        "go.mod": "module example.com/m\n\ngo 1.24\n",
        "a/a.go": LEAK.format(name="a"),
        "a/b.go": "package a\n\nvar size = 0\n",
        "owner/owner.go": OWNER,
        "user/user.go": USER,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The directories that were analysed, and not only looked up."""
    seen: list[str] = []
    analyse = driver.Checker._check

    def spy(self: driver.Checker, package: Any, contents: Any) -> PackageResult:
        seen.append(package.directory)
        return analyse(self, package, contents)

    monkeypatch.setattr(driver.Checker, "_check", spy)
    return seen


def run(tree: Path, *paths: str, cached: bool = True, **choices: Any) -> Report:
    config = msgspec.structs.replace(Config(base=str(tree), jobs=1), **choices)
    return driver.check_paths(paths or (".",), config=config, cache=tree.parent / "cache" if cached else None)


def places(report: Report) -> list[str]:
    return [f"{finding.code} {finding.span.path}:{finding.span.line}" for finding in report.findings]


def test_a_second_run_analyses_nothing(tree: Path, looked: list[str]) -> None:
    """The same report, to the last value, and no package is looked at."""
    plain = run(tree, cached=False)
    assert places(plain) == ["GLK104 a/a.go:5", "GLK803 user/user.go:10"]
    looked.clear()
    first = run(tree)
    assert sorted(looked) == ["a", "owner", "user"]
    second = run(tree)
    assert sorted(looked) == ["a", "owner", "user"]
    assert first == plain
    assert second == plain


def edit_itself(tree: Path) -> None:
    (tree / "a/a.go").write_text(LEAK.format(name="a").replace("make(chan int)", "make(chan int, 1)"))


def edit_sibling(tree: Path) -> None:
    (tree / "a/b.go").write_text("package a\n\nvar size = 1\n")


def add_sibling(tree: Path) -> None:
    (tree / "a/c.go").write_text("package a\n\nvar other = 1\n")


def remove_sibling(tree: Path) -> None:
    (tree / "a/b.go").unlink()


def newer_language(tree: Path) -> None:
    (tree / "go.mod").write_text("module example.com/m\n\ngo 1.25\n")


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (edit_itself, ["a"]),
        (edit_sibling, ["a"]),
        (add_sibling, ["a"]),
        (remove_sibling, ["a"]),
        (newer_language, ["a", "owner", "user"]),
    ],
)
def test_what_a_change_costs(tree: Path, looked: list[str], change: Callable[[Path], None], again: list[str]) -> None:
    """Only what depends on the change is analysed again, and the answer is that of a run without a cache."""
    run(tree)
    change(tree)
    looked.clear()
    changed = run(tree)
    assert sorted(looked) == again
    assert changed == run(tree, cached=False)


def test_another_package_changes(tree: Path, looked: list[str]) -> None:
    """The user of a constructor depends on the package that has it, also on files that come and go there."""
    run(tree)
    (tree / "owner/owner.go").write_text(OWNER.replace("\tgo l.run()\n", ""))
    looked.clear()
    assert places(run(tree)) == ["GLK104 a/a.go:5"]
    assert sorted(looked) == ["owner", "user"]
    (tree / "owner/more.go").write_text("package owner\n")
    looked.clear()
    run(tree)
    assert sorted(looked) == ["owner", "user"]


@pytest.mark.parametrize(
    "choices",
    [{"min_confidence": Confidence.LOW}, {"ignore": ("GLK104",)}, {"closed_roots": False}, {"tests": False}],
    ids=str,
)
def test_another_configuration_is_another_answer(tree: Path, choices: dict[str, Any]) -> None:
    """What the configuration decides is not taken from a run with another one."""
    run(tree)
    assert run(tree, **choices) == run(tree, cached=False, **choices)


def test_a_file_alone_and_its_package(tree: Path) -> None:
    """A named file has a result of its own: findings in the other files are not told."""
    assert places(run(tree, "a/b.go")) == []
    assert places(run(tree, "a")) == ["GLK104 a/a.go:5"]
    assert places(run(tree, "a/b.go")) == []


def test_a_rule_of_the_user_changes(tree: Path) -> None:
    """The user's own rules are part of what a result depends on."""
    rules = tree.parent / "rules"
    rules.mkdir()
    text = (Path(__file__).parent / "example_rules/empty_select.py").read_text()
    (rules / "empty_select.py").write_text(text)
    (tree / "a/b.go").write_text("package a\n\nfunc f() {\n\tselect {}\n}\n")
    choices: dict[str, Any] = {"rules": (str(rules),), "select": ("TST202",)}
    assert [finding.message for finding in run(tree, **choices).findings] == ["select {} waits for ever"]
    (rules / "empty_select.py").write_text(text.replace("waits for ever", "never ends"))
    assert [finding.message for finding in run(tree, **choices).findings] == ["select {} never ends"]


def test_a_damaged_cache_is_told_and_made_anew(tree: Path) -> None:
    """One diagnostic, and the findings are there."""
    plain = run(tree)
    path = tree.parent / "cache" / FILE_NAME
    path.write_bytes(b"garbage" * 1000)
    for beside in ("-wal", "-shm"):
        Path(f"{path}{beside}").unlink(missing_ok=True)
    after = run(tree)
    assert [(one.kind, one.message) for one in after.diagnostics] == [
        ("cache", "the cache was damaged, and is made anew")
    ]
    assert after.findings == plain.findings
    assert run(tree) == plain


def test_two_checkouts_do_not_share(tree: Path, monkeypatch: pytest.MonkeyPatch, looked: list[str]) -> None:
    """The same files in another place are another tree: what is around them may differ."""
    run(tree)
    other = tree.parent / "other"
    os.rename(tree, other)
    monkeypatch.chdir(other)
    looked.clear()
    assert places(run(other)) == ["GLK104 a/a.go:5", "GLK803 user/user.go:10"]
    assert sorted(looked) == ["a", "owner", "user"]


def test_several_processes_keep_the_same(tree: Path) -> None:
    """Processes of a pool write what one process reads."""
    first = run(tree, jobs=3)
    assert first == run(tree, jobs=1)
    assert first == run(tree, cached=False)


def test_a_fresh_checkout_costs_nothing(tree: Path, looked: list[str]) -> None:
    """Files that were written again with the same bytes, as git and a restored cache in CI do, are as they were."""
    first = run(tree)
    for path in tree.rglob("*.go"):
        os.utime(path, ns=(1, 1))
    os.utime(tree / "go.mod", ns=(1, 1))
    looked.clear()
    assert run(tree) == first
    assert looked == []


PARTS = """package parts

import "sync"

var mu sync.Mutex

func first() {{
	c := make(chan int)
	go second(c)
	{receive}
}}

func second(c chan int) {{
	{send}
}}

func third() {{
	mu.Lock()
	defer mu.Unlock()
	d := make(chan int)
	go func() {{ {other} }}()
	<-d
}}
"""


@pytest.fixture
def explored(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The roots that were explored, and not known from before."""
    seen: list[str] = []
    explore = roots._explore

    def spy(facts: Any, root: Any, **choices: Any) -> Any:
        seen.append(root.name.rpartition("parts.")[2])
        return explore(facts, root, **choices)

    monkeypatch.setattr(roots, "_explore", spy)
    return seen


@pytest.mark.parametrize(
    ("parts", "more", "again", "found"),
    [
        ({}, "// a comment at the end\n", [], []),
        ({"other": "d <- 2"}, "", ["third"], []),
        ({"send": "c <- 3"}, "", ["first"], []),
        ({"receive": "_ = 1"}, "", ["first"], ["GLK104 parts.go:14"]),
        ({}, "\nfunc unrelated() {}\n", [], []),
        ({}, "\nfunc close(c chan int) {}\n", ["third"], ["GLK105 parts.go:22"]),
        ({}, "\ntype other struct{}\n", ["first", "third"], []),
    ],
    ids=str,
)
def test_what_is_explored_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    explored: list[str],
    parts: dict[str, str],
    more: str,
    again: list[str],
    found: list[str],
) -> None:
    """Of a package that has changed only what reaches the change is explored; the answer is that without a cache."""
    tree = tmp_path / "tree"
    tree.mkdir()
    monkeypatch.chdir(tree)
    (tree / "go.mod").write_text("module example.com/parts\n\ngo 1.24\n")
    sound = {"receive": "<-c", "send": "c <- 1", "other": "close(d)"}
    (tree / "parts.go").write_text(PARTS.format(**sound))
    assert places(run(tree)) == []
    (tree / "parts.go").write_text(PARTS.format(**sound | parts) + more)
    explored.clear()
    changed = run(tree)
    assert sorted(set(explored)) == again
    assert places(changed) == found
    assert changed == run(tree, cached=False)
