"""Two or more dumps: how groups are joined, what became of them, and the gates."""

from __future__ import annotations

import io

import pytest
from making import dump, goroutine, many

from goleaklint.dump.compare import Comparison, compare
from goleaklint.dump.gates import Gates, breaches, breaches_of_series
from goleaklint.dump.health import Thresholds
from goleaklint.dump.persist import census, with_persisting
from goleaklint.dump.trend import condition

WORK = "example.com/app.work"
LOOP = "example.com/app.loop"


def rows(comparison: Comparison) -> list[tuple[str, tuple[int, ...], str, bool]]:
    """(change, counts, innermost function, moved) of each group."""
    return [(row.change.value, row.counts, row.bucket.stack.frames[0].function, row.moved) for row in comparison.rows]


def test_what_became_of_groups() -> None:
    """What grew most stands first, then what appeared, shrank, went, and what is the same."""
    base = dump(
        *many(2, "chan send", WORK),
        *many(3, "select", LOOP, first=200),
        *many(4, "select", "example.com/app.old", first=300),
        *many(5, "select", "example.com/app.same", first=400),
    )
    new = dump(
        *many(9, "chan send", WORK),
        *many(1, "select", LOOP, first=200),
        *many(2, "select", "example.com/app.new", first=300),
        *many(5, "select", "example.com/app.same", first=400),
    )
    comparison = compare([base, new])
    assert rows(comparison) == [
        ("grew", (2, 9), WORK, False),
        ("appeared", (0, 2), "example.com/app.new", False),
        ("shrank", (3, 1), LOOP, False),
        ("went", (4, 0), "example.com/app.old", False),
        ("same", (5, 5), "example.com/app.same", False),
    ]
    assert comparison.growth == 3
    assert [row.index for row in comparison.rows] == [1, 1, 1, 0, 1]


def test_lines_that_moved_are_one_group() -> None:
    """Another build: the same functions on other lines, also of the creation."""
    base = dump(*many(2, "chan send", WORK, line=20, at=10))
    new = dump(*many(3, "chan send", WORK, line=24, at=11))
    assert rows(compare([base, new])) == [("grew", (2, 3), WORK, True)]


def test_two_places_of_one_function_stay_apart() -> None:
    """Places that did not move are joined first; those left over pair up in the order of their lines."""
    base = dump(*many(1, "chan send", WORK, line=10), *many(2, "chan send", WORK, line=20, first=200))
    same = dump(*many(4, "chan send", WORK, line=10), *many(2, "chan send", WORK, line=20, first=200))
    moved = dump(*many(4, "chan send", WORK, line=11), *many(2, "chan send", WORK, line=22, first=200))
    new = dump(
        *many(1, "chan send", WORK, line=10),
        *many(2, "chan send", WORK, line=20, first=200),
        *many(7, "chan send", WORK, line=15, first=300),
    )
    assert rows(compare([base, same])) == [("grew", (1, 4), WORK, False), ("same", (2, 2), WORK, False)]
    assert rows(compare([base, moved])) == [("grew", (1, 4), WORK, True), ("same", (2, 2), WORK, True)]
    assert [counts for _, counts, _, _ in rows(compare([base, new]))] == [(0, 7), (2, 2), (1, 1)]


def test_a_literal_that_is_counted_anew() -> None:
    """A literal put in front of another renames it: joined by name without the number, when nothing else fits."""
    base = dump(*many(2, "chan send", "example.com/app.Run.func1"))
    new = dump(*many(3, "chan send", "example.com/app.Run.func2", line=25))
    assert rows(compare([base, new])) == [("grew", (2, 3), "example.com/app.Run.func2", True)]


def test_reasons_and_creators_tell_groups_apart() -> None:
    """The same function in another state, or created elsewhere, is another group."""
    base = dump(goroutine(5, "chan send", WORK), goroutine(6, "select", LOOP))
    new = dump(goroutine(5, "chan receive", WORK), goroutine(6, "select", LOOP, created_by="example.com/app.Other"))
    assert sorted(counts for _, counts, _, _ in rows(compare([base, new]))) == [(0, 1), (0, 1), (1, 0), (1, 0)]


def test_the_runtime_is_left_out() -> None:
    """Goroutines of the runtime, and the one that writes the dump, are no groups of a comparison."""
    base = dump(goroutine(5, "select", LOOP), goroutine(6, "GC worker (idle)", "runtime.gcBgMarkWorker"))
    assert rows(compare([base, base])) == [("same", (1, 1), LOOP, False)]


def test_slopes() -> None:
    """Goroutines more per dump, by least squares; whether each dump has more than the one before."""
    dumps = [dump(*many(count, "chan send", WORK)) for count in (1, 2, 6)]
    (row,) = compare(dumps).rows
    assert (row.slope, row.climbs, row.growth) == (2.5, True, 5)
    (row,) = compare([*dumps, dumps[0]]).rows
    assert (row.slope, row.climbs, row.growth, row.change) == (0.4, False, 0, "same")


def series(*texts: list[str]) -> Comparison:
    """The comparison of texts with what persists in all of them."""
    dumps = [dump(*text) for text in texts]
    return with_persisting(compare(dumps), [census(io.BytesIO("\n".join(text).encode())) for text in texts])


def test_goroutines_that_persist() -> None:
    """By id, in the same group in every dump."""
    first = [*many(4, "chan send", WORK, first=10), *many(2, "select", LOOP, first=50)]
    second = [*many(5, "chan send", WORK, first=12), *many(1, "select", LOOP, first=50)]
    assert [(row.counts, row.persisting) for row in series(first, second).rows] == [((4, 5), 2), ((2, 1), 1)]


def test_another_process_has_other_ids() -> None:
    """An id with two creations, or no shared id at all: ids say nothing."""
    first = many(2, "chan send", WORK, first=10, at=10)
    assert [row.persisting for row in series(first, many(2, "chan send", WORK, first=10, at=11)).rows] == [None]
    assert [row.persisting for row in series(first, many(2, "chan send", WORK, first=90)).rows] == [None]


LIMITS = Thresholds(healthy_below=50, suspicious_above=60)


@pytest.mark.parametrize(
    ("counts", "state", "expected"),
    [
        ((4, 14, 24), "chan send", ("leaking", "a group [chan send] grows from each dump to the next: 4, 14, 24")),
        ((4, 14, 24), "IO wait", ("healthy", "24 goroutines, below 50, and none that nothing can wake")),
        ((14, 16, 24), "chan receive", ("watch", "1 group of blocked goroutines grew, by 10")),
        ((4, 24), "chan receive", ("watch", "1 group of blocked goroutines grew, by 20")),
        ((60, 61), "IO wait", ("suspicious", "61 goroutines, more than 60, and 1 more than at first")),
        (
            (61, 61),
            "IO wait",
            ("watch", "61 goroutines, more than 60; compare with a later dump to see whether they grow"),
        ),
        ((1, 1), "select (no cases)", ("leaking", "nothing can wake 1 goroutine")),
        ((5, 5), "chan send", ("healthy", "5 goroutines, below 50, and none that nothing can wake")),
    ],
)
def test_the_condition_of_a_series(counts: tuple[int, ...], state: str, expected: tuple[str, str]) -> None:
    """Each line of its rule."""
    comparison = compare([dump(*many(count, state, WORK)) for count in counts])
    assert condition(comparison, LIMITS) == expected


def test_gates_of_one_dump() -> None:
    """Each breaks only above its limit; the group that stands for it is named."""
    whole = dump(
        *many(3, "chan send, 4 minutes", WORK), goroutine(1, "chan receive, 9 minutes", "main.main", created_by="")
    )

    def broken(**limits: float) -> list[tuple[str, float, float, int | None]]:
        found = breaches(whole, Gates(**limits))  # type: ignore[arg-type]
        return [(each.gate, each.limit, each.value, each.bucket.count if each.bucket else None) for each in found]

    assert broken(goroutines=4, share=75, wait=4) == []
    assert broken(goroutines=3) == [("max-goroutines", 3, 4, 3)]
    assert broken(share=74.9) == [("max-blocked-share", 74.9, 75.0, 3)]
    assert broken(wait=3) == [("max-wait", 3, 4, 3)]


def test_the_gate_on_growth() -> None:
    """Of each group by itself, over the first dump; other gates look at the last dump only."""
    base = dump(*many(5, "chan send", WORK), *many(9, "select", LOOP, first=300))
    new = dump(*many(8, "chan send", WORK))
    comparison = compare([base, new])
    assert [
        (each.gate, each.value, each.before, each.dump)
        for each in breaches_of_series(comparison, Gates(growth=2, goroutines=8))
    ] == [("fail-on-growth", 3, 5, 1)]
    assert list(breaches_of_series(comparison, Gates(growth=3, goroutines=8))) == []
