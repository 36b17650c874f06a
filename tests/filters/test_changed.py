"""A diff says which lines are new; a finding is new when one of its places is on one."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goleaklint.filters import changed
from goleaklint.filters.changed import Changes, Patch, PatchError
from goleaklint.model import Confidence, Finding, Related, Role, Severity, Span, Step


def lines(text: str) -> dict[str, list[int]]:
    """The changed lines of a diff, one by one."""
    files = changed.read(text.encode()).files
    return {name: [number for one in ranges for number in one] for name, ranges in files.items()}


def test_a_diff_without_context() -> None:
    """Added and changed lines; what was taken away alone is told by its neighbours."""
    text = """\
diff --git a/a.go b/a.go
index 111..222 100644
--- a/a.go
+++ b/a.go
@@ -3 +3,2 @@ func f() {
-\tone()
+\tuno()
+\tdue()
@@ -9,2 +9,0 @@ func f() {
-\ttwo()
-\tthree()
@@ -20,0 +19 @@
+\tfour()
"""
    assert lines(text) == {"b/a.go": [3, 4, 9, 10, 19]}


def test_a_diff_with_context() -> None:
    """Lines of context are not new; a line without a mark is context whose space was lost."""
    text = "--- a/a.go\t2026-01-01\n+++ b/a.go\t2026-01-02\n@@ -1,5 +1,5 @@\n a\n\n-b\n+B\n c\n-d\n+++ e\n"
    assert lines(text) == {"b/a.go": [3, 5]}


def test_lines_that_look_like_heads() -> None:
    """A hunk is as long as its head says, whatever stands in it."""
    text = "+++ b/a.go\n@@ -1,2 +1,2 @@\n--- x\n-- y\n+++ b/z.go\n+@@ -1 +9 @@\n"
    assert lines(text) == {"b/a.go": [1, 2]}


def test_names() -> None:
    """Quoted with octal digits, with spaces, deleted, renamed without a change; CRLF as the line end of the patch."""
    text = (
        'diff --git "a/\\303\\274 b.go" "b/\\303\\274 b.go"\n+++ "b/\\303\\274 \\"b.go"\n@@ -1 +1 @@\n-a\n+b\n'
        "diff --git a/x y.go b/x y.go\n--- a/x y.go\t\n+++ b/x y.go\t\n@@ -0,0 +1 @@\n+b\n"
        "\\ No newline at end of file\n"
        "diff --git a/gone.go b/gone.go\n--- a/gone.go\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n"
        "diff --git a/o.go b/n.go\nsimilarity index 100%\nrename from o.go\nrename to n.go\n"
        "--- a/w.go\r\n+++ b/w.go\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n"
    )
    assert lines(text) == {'b/ü "b.go': [1], "b/x y.go": [1], "b/w.go": [1]}


def test_a_merge() -> None:
    """In a combined diff a line is new when a parent does not have it."""
    text = "diff --cc a.go\n--- a/a.go\n+++ b/a.go\n@@@ -1,3 -1,2 +1,4 @@@\n  a\n- b\n -c\n++d\n+ e\n  f\n"
    assert lines(text) == {"b/a.go": [2, 3]}


def test_submodules() -> None:
    """What git says of submodules beside their diffs."""
    text = b"Submodule a b contains untracked content\nSubmodule c 12..34 (commits not present)\nSubmodule d 12..34:\n"
    assert changed.read(text) == Patch({}, ["a b"], ["c"])


@pytest.mark.parametrize("text", ["hello\n", "package a\n", "--- a\nb\n"])
def test_no_diff(text: str) -> None:
    """Another text is an error, an empty one is a diff that changes nothing."""
    with pytest.raises(PatchError):
        changed.read(text.encode())
    assert changed.read(b"\n") == Patch({}, [], [])


def test_a_diff_that_was_cut() -> None:
    """Half a hunk is an error: what is not there may have been new."""
    with pytest.raises(PatchError, match="it ends within a hunk"):
        changed.read(b"+++ b/a.go\n@@ -1 +1,3 @@\n+a")


@given(st.binary(max_size=80) | st.text(alphabet='+-@ \n\\,0123b/"Submodule', max_size=80).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    """A diff, or PatchError."""
    with contextlib.suppress(PatchError):
        changed.read(b"diff \n+++ b/a\n" + data)


def finding(primary: Span, *related: Span, flow: tuple[Span, ...] = ()) -> Finding:
    return Finding(
        code="GLK101",
        name="x",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message="m",
        span=primary,
        related=tuple(Related(Role.MADE, span, "") for span in related),
        flow=tuple(Step(span, "") for span in flow),
    )


@pytest.mark.parametrize(
    ("one", "new", "in_whole_files"),
    [
        (finding(Span("/a.go", 5, 1, 5, 9)), True, True),
        (finding(Span("/a.go", 3, 1, 7, 9)), True, True),
        (finding(Span("/a.go", 4, 1, 4, 9)), False, True),
        (finding(Span("/b.go", 5, 1, 5, 9)), False, False),
        (finding(Span("/b.go", 5, 1, 5, 9), Span("/a.go", 5, 1, 5, 2)), True, True),
        (finding(Span("/b.go", 5, 1, 5, 9), Span("/a.go", 3, 1, 7, 2)), False, True),
        (finding(Span("/b.go", 5, 1, 5, 9), flow=(Span("/a.go", 5, 1, 5, 2),)), True, True),
        (finding(Span("/new/c/d.go", 5, 1, 5, 9)), True, True),
        (finding(Span("/newer.go", 5, 1, 5, 9)), False, False),
    ],
)
def test_a_finding_is_new_by_its_places(one: Finding, new: bool, in_whole_files: bool) -> None:
    """All lines of the primary place, the first of the others: a goroutine is not new because its body changed."""
    changes = {"/a.go": [range(5, 6)]}
    assert Changes(changes, ["/new"]).is_new(one) is new
    assert Changes(changes, ["/new"], whole_files=True).is_new(one) is in_whole_files


def test_where_a_name_is_looked_for(tmp_path: Path) -> None:
    """Below each root, first without the prefix; a file that is not there has no lines."""
    for name in ("b/x.go", "y.go", "b/y.go", "sub/z.go"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    one = [range(1, 2)]
    patch = Patch({"b/x.go": one, "b/y.go": one, "b/z.go": one, "b/none.go": one}, [], [])
    found = changed.resolved(patch, [str(tmp_path), str(tmp_path / "sub")])
    real = tmp_path.resolve()
    assert found == {str(real / name): one for name in ("b/x.go", "y.go", "sub/z.go")}
