"""Stacks that were seen before are known without being looked into, and are told apart as when they are."""

from __future__ import annotations

import io
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goleaklint.dump.formats import read_text
from goleaklint.dump.goroutines import Dump
from goleaklint.dump.known import Known

CREATED = "created by main.start in goroutine 1\n\t/src/main.go:3 +0x1d\n"


def parsed(text: str) -> Dump:
    return read_text(io.BytesIO(text.encode()), "-")


def looked_into(text: str) -> Dump:
    """The same without the memory."""
    with mock.patch.object(Known, "remember"):
        return parsed(text)


def counts(dump: Dump) -> dict[str, int]:
    """Goroutines by the innermost function."""
    return {bucket.stack.frames[0].function: bucket.count for bucket in dump.buckets}


def frame(function: str, place: str, registers: str = "") -> str:
    return f"{function}\n\t{place}{registers}\n"


def test_two_closures_on_one_line() -> None:
    """Function names tell apart what file lines do not, at any depth."""
    inner = frame("main.wait(0x{0})", "/src/main.go:9 +0x1d")
    texts = [
        f"goroutine {number} [select]:\n{inner.format(number)}"
        + frame(f"main.start.func{1 + number % 2}()", "/src/main.go:3 +0x25")
        + CREATED
        for number in range(2, 12)
    ]
    dump = parsed("\n".join(texts))
    assert [(each.stack.frames[1].function, each.count) for each in dump.buckets] == [
        ("main.start.func1", 5),
        ("main.start.func2", 5),
    ]


@pytest.mark.parametrize("header", ["goroutine {0} [select]:", "goroutine {0} gp=0x{0} m=nil [select]:"])
def test_more_stacks_than_are_compared(header: str) -> None:
    """Hundreds of stacks behind one creation, as behind a server's, are each their own."""
    registers = " fp=0x{0} sp=0x{0} pc=0x48" if "gp" in header else ""
    texts = [
        header.format(number)
        + "\n"
        + frame(f"main.f{number % 300}(0x{number})", f"/src/f.go:{number % 300 + 1} +0x1d")
        + frame("main.loop(0x1)", "/src/f.go:400 +0x20", registers.format(number))
        + CREATED
        for number in range(2, 902)
    ]
    dump = parsed("\n".join(texts))
    assert counts(dump) == {f"main.f{number}": 3 for number in range(300)}
    assert dump == looked_into("\n".join(texts))


def test_an_inlined_frame_without_registers() -> None:
    """A line that another begins with is not that other: `:46` and `:468`."""
    text = "\n".join(
        f"goroutine {number} gp=0x{number} m=nil [select]:\n"
        + frame("main.inlined(...)", f"/src/f.go:{line}")
        + frame("main.loop()", "/src/f.go:9 +0x20", f" fp=0x{number} sp=0x{number} pc=0x48")
        + CREATED
        for number, line in enumerate((46, 468, 46, 468, 468), 2)
    )
    assert [(each.stack.frames[0].line, each.count) for each in parsed(text).buckets] == [(468, 3), (46, 2)]


@pytest.mark.parametrize(
    "header",
    ["goroutine  [select]:", "goroutine 12x [select]:", "goroutine 1234567890123456789 [select]:", "goroutine 12 [sel"],
)
def test_a_bad_header_of_a_known_stack(header: str) -> None:
    """It counts no goroutine."""
    stack = frame("main.f()", "/src/f.go:9 +0x20") + CREATED
    text = f"goroutine 2 [select]:\n{stack}\n{header}\n{stack}\ngoroutine 3 [select]:\n{stack}"
    assert counts(parsed(text)) == {"main.f": 2}


def test_the_parent_of_each() -> None:
    """Creators are counted by their numbers, whether a stack is known or not; what is none is not counted."""
    stack = frame("main.f()", "/src/f.go:9 +0x20")
    text = "\n".join(
        f"goroutine {number} [select]:\n{stack}created by main.start in goroutine {parent}\n\t/src/main.go:3 +0x1d\n"
        for number, parent in enumerate(("7", "8", "8", "9", "x", "0"), 20)
    )
    [bucket] = parsed(text).buckets
    assert (bucket.count, bucket.parents, bucket.ids) == (6, 3, (20, 21, 22, 23, 24, 25))


LINES = st.sampled_from(
    [
        "main.f()",
        "main.f(0x1, {0x2?, 0x3})",
        "main.f(...)",
        "main.ff(0x1)",
        "main.(*T).g(0x5)",
        "\t/src/f.go:4 +0x1d",
        "\t/src/f.go:46",
        "\t/src/f.go:468",
        "\t/src/f.go:46 +0x1d fp=0x1 sp=0x2 pc=0x3",
        "\t/src/f.go:46 +0x1d fp=0x4 sp=0x5 pc=0x3",
        "created by main.f in goroutine 1",
        "created by main.f in goroutine 22",
        "created by main.f",
        "...3 frames elided...",
        "[originating from goroutine 5]:",
    ]
)
HEADERS = st.sampled_from(
    [
        "goroutine 1 [select]:",
        "goroutine 2 [select]:",
        "goroutine 3 [select, 2 minutes]:",
        "goroutine 4 gp=0x1 m=nil [select]:",
        "goroutine 5 gp=0x2 m=3 mp=0x4 [select]:",
        "goroutine 6 [",
        "junk",
    ]
)
PAIRS = st.tuples(LINES, LINES).map("\n".join)
BLOCKS = st.tuples(HEADERS, st.lists(st.one_of(PAIRS, PAIRS, PAIRS, LINES), max_size=5)).map(
    lambda block: "\n".join([block[0], *block[1]])
)


@settings(deadline=None, max_examples=300)
@given(st.lists(BLOCKS, max_size=12), st.booleans())
def test_memory_changes_nothing(blocks: list[str], twice: bool) -> None:
    """Any blocks in any order give the same with and without it."""
    text = "\n\n".join(blocks * (1 + twice)) + "\n"
    assert parsed(text) == looked_into(text)
