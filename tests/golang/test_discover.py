"""What the user's paths come to: packages in a fixed order, and why the rest was left out."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from goleaklint.golang.discover import Discovery, NoSuchPath, Options, PackageDir, discover
from goleaklint.model import Diagnostic

FILES = [
    ".git/HEAD",
    "go.mod",
    "main.go",
    "main_test.go",
    "notes.txt",
    "_draft.go",
    "sub/a.go",
    "sub/b.go",
    "sub/zz/c.go",
    "sub/zz/gen.pb.go",
    "nested/go.mod",
    "nested/x/x.go",
    "vendor/v/v.go",
    "node_modules/n/n.go",
    "testdata/t/t.go",
    ".hid/h.go",
    "_old/o.go",
    "build/out.go",
    "build/deep/keep.go",
    "ignored.go",
]


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("package p\n")
    (tmp_path / "go.mod").write_text("module example.com/m // the module\n\ngo 1.22.3\n")
    (tmp_path / "nested/go.mod").write_text('module "example.com/nested"\n')
    (tmp_path / ".gitignore").write_text("/build/\nignored.go\n*.txt\n")
    (tmp_path / "sub/zz/.gitignore").write_text("*.pb.go\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def reported(found: Discovery) -> dict[str, tuple[str, ...]]:
    return {package.directory: package.report for package in found.packages}


def test_a_tree() -> None:
    """The go tool's rules, .gitignore and modules within modules; each thing skipped is counted."""
    found = discover(["."], Options())
    assert found == Discovery(
        packages=[
            PackageDir(
                directory=".",
                import_path="example.com/m",
                module_path="example.com/m",
                go_version=(1, 22),
                files=("ignored.go", "main.go", "main_test.go"),
                report=("main.go", "main_test.go"),
                size=30,
            ),
            PackageDir(
                directory="nested/x",
                import_path="example.com/nested/x",
                module_path="example.com/nested",
                go_version=(1, 16),
                files=("nested/x/x.go",),
                report=("nested/x/x.go",),
                size=10,
            ),
            PackageDir(
                directory="sub",
                import_path="example.com/m/sub",
                module_path="example.com/m",
                go_version=(1, 22),
                files=("sub/a.go", "sub/b.go"),
                report=("sub/a.go", "sub/b.go"),
                size=20,
            ),
            PackageDir(
                directory="sub/zz",
                import_path="example.com/m/sub/zz",
                module_path="example.com/m",
                go_version=(1, 22),
                files=("sub/zz/c.go", "sub/zz/gen.pb.go"),
                report=("sub/zz/c.go",),
                size=20,
            ),
        ],
        skipped={"gitignored": 3, "hidden": 4, "node_modules": 1, "testdata": 1, "vendor": 1},
        diagnostics=[],
    )
    assert pickle.loads(pickle.dumps(found)) == found


def test_named_directories_are_walked_whatever_their_name() -> None:
    """Only what is found below a named directory is skipped; `./x/...` is x."""
    found = discover(["./testdata/...", "build", "vendor/v", "sub/../_old/"], Options())
    assert reported(found) == {
        "_old": ("_old/o.go",),
        "build": ("build/out.go",),
        "build/deep": ("build/deep/keep.go",),
        "testdata/t": ("testdata/t/t.go",),
        "vendor/v": ("vendor/v/v.go",),
    }
    assert [package.import_path for package in found.packages][-1] == "v"


def test_a_named_file_brings_its_package() -> None:
    """Findings are wanted in the named file only, whatever .gitignore says of it."""
    found = discover(["sub/b.go", "./ignored.go"], Options(tests=False))
    assert [(p.files, p.report) for p in found.packages] == [
        (("ignored.go", "main.go"), ("ignored.go",)),
        (("sub/a.go", "sub/b.go"), ("sub/b.go",)),
    ]
    assert found.skipped == {}


def test_paths_stay_as_they_were_given(tree: Path) -> None:
    """Relative or absolute; a directory that is named twice is one package."""
    absolute = tree.as_posix()
    assert reported(discover([f"{absolute}//sub/a.go", "./sub"], Options())) == {
        f"{absolute}/sub": (f"{absolute}/sub/a.go", f"{absolute}/sub/b.go"),
        "sub/zz": ("sub/zz/c.go",),
    }
    os.chdir(tree / "sub")
    assert list(reported(discover(["../nested", "."], Options()))) == [".", "../nested/x", "zz"]


def test_exclude(tree: Path) -> None:
    """Patterns are relative to the base; they hold for named paths only when that is asked for."""
    options = Options(exclude=("/sub/a.go", "zz/", "!keep.go"), base=str(tree))
    found = discover(["sub"], options)
    assert (reported(found), found.skipped) == ({"sub": ("sub/b.go",)}, {"excluded": 2})
    assert reported(discover(["sub/a.go", "sub/zz"], options)) == {"sub": ("sub/a.go",), "sub/zz": ("sub/zz/c.go",)}
    forced = Options(exclude=options.exclude, base=str(tree), force_exclude=True)
    found = discover(["sub/a.go", "sub/zz", "sub/zz/c.go", "main.go"], forced)
    assert (reported(found), found.skipped) == ({".": ("main.go",)}, {"excluded": 3})


def test_tests_and_gitignore_can_be_turned() -> None:
    """Test files are neither read nor reported without `tests`; .gitignore counts for nothing without `gitignore`."""
    found = discover(["."], Options(tests=False, gitignore=False))
    assert reported(found)["."] == ("ignored.go", "main.go")
    assert [package.directory for package in found.packages][1:3] == ["build", "build/deep"]
    assert found.skipped == {"hidden": 4, "node_modules": 1, "testdata": 1, "tests": 1, "vendor": 1}
    assert discover(["main_test.go"], Options(tests=False)).skipped == {"tests": 1}


def test_a_gitignore_above_the_walked_directory_counts() -> None:
    """Up to the directory that holds .git."""
    Path("sub/ignored.go").write_text("package p\n")
    assert reported(discover(["sub"], Options()))["sub"] == ("sub/a.go", "sub/b.go")
    Path("sub/.git").mkdir()
    assert "sub/ignored.go" in reported(discover(["sub"], Options()))["sub"]


def test_what_cannot_be_looked_at() -> None:
    """A path that is not there ends the run; a file that is no Go file is only told."""
    with pytest.raises(NoSuchPath, match=r"no such file or directory: \./missing"):
        discover(["sub", "./missing"], Options())
    assert discover(["notes.txt"], Options()).diagnostics == [
        Diagnostic(path="notes.txt", kind="unreadable", message="not a Go file")
    ]


def test_links_are_not_followed() -> None:
    """A link to a directory may lead in a circle; one that is named is followed, and so are links to files."""
    Path("sub/loop").symlink_to(Path.cwd(), target_is_directory=True)
    Path("sub/link.go").symlink_to(Path.cwd() / "main.go")
    Path("sub/dead.go").symlink_to("nowhere")
    assert reported(discover(["sub"], Options()))["sub"] == ("sub/a.go", "sub/b.go", "sub/link.go")
    assert reported(discover(["sub/loop/sub"], Options()))["sub/loop/sub"][0] == "sub/loop/sub/a.go"
