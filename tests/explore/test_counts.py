"""Counts: loops, capacities and Add over one expression are one number; the source need not tell which."""

from __future__ import annotations

from collections.abc import Callable

import pytest

StuckIn = Callable[..., list[str]]

FAN_OUT = """
func f(xs []int{more}) {{
{before}
	c := make(chan int, {capacity})
	for {loop} {{
		go func() {{ c <- 1 }()
	}}
	<-c
}}
"""


def fan_out(capacity: str, loop: str, before: str = "", more: str = "") -> str:
    return FAN_OUT.replace("}()", "}}()").format(capacity=capacity, loop=loop, before=before, more=more)


@pytest.mark.parametrize(
    ("capacity", "loop", "before"),
    [
        ("len(xs)", "range xs", ""),
        ("len(xs)", "i := 0; i < len(xs); i++", ""),
        ("len(xs)", "i := range len(xs)", ""),
        ("n", "range xs", "n := len(xs)"),
        ("n", "i := 0; i < n; i++", "n := len(xs)"),
        ("n", "range n", "n := 7"),
        ("5", "i := 0; i < 5; i++", ""),
        ("5", "i := 1; i <= 5; i++", ""),
        ("5", "i := 5; i > 0; i--", ""),
        ("0x10", "range 16", ""),
        ("n", "range n", "const n = 3"),
        ("len(xs)-1", "range xs", ""),
        ("unknown2()", "range xs", ""),
        ("cap(xs)", "range xs", ""),
    ],
)
def test_room_for_every_sender(capacity: str, loop: str, before: str, stuck_in: StuckIn) -> None:
    """One count for the room and the loop; one is received, so one less is enough; unknown room never blocks."""
    assert stuck_in(fan_out(capacity, loop, before)) == []


@pytest.mark.parametrize(
    ("capacity", "loop", "expected"),
    [
        ("0", "range xs", ["4 send c high"]),
        ("1", "range 3", ["4 send c high"]),
        ("2", "range 3", []),
        ("1", "i := 0; i < 3; i++", ["4 send c high"]),
        ("0", "range 2", ["4 send c high"]),
        ("0", "range 1", []),
        ("0", "range 0", ["6 recv c high"]),
    ],
)
def test_too_little_room(capacity: str, loop: str, expected: list[str], stuck_in: StuckIn) -> None:
    """Small numbers are exact."""
    assert stuck_in(fan_out(capacity, loop).replace("\n\n", "\n")) == expected


def test_equal_counts_meet(stuck_in: StuckIn) -> None:
    """As many receives as there are senders; as many Done as Add."""
    code = """
func f(xs []int) {
	c := make(chan int)
	for range xs {
		go func() { c <- 1 }()
	}
	for range len(xs) {
		<-c
	}
	var wg sync.WaitGroup
	wg.Add(len(xs))
	for range xs {
		go wg.Done()
	}
	wg.Wait()
}
"""
    assert stuck_in(code) == []


def test_counts_that_differ(stuck_in: StuckIn) -> None:
    """One is missing, whatever the number is."""
    code = """
func f(xs []int) {
	var wg sync.WaitGroup
	wg.Add(len(xs) + 1)
	for range xs {
		go wg.Done()
	}
	wg.Wait()
}
"""
    assert stuck_in(code) == ["7 wait wg high"]


def test_unrelated_counts(stuck_in: StuckIn) -> None:
    """Two numbers that may or may not be equal make no finding of high confidence."""
    code = """
func f(xs, ys []int) {
	c := make(chan int)
	for range xs {
		go func() { c <- 1 }()
	}
	for range ys {
		<-c
	}
}
"""
    assert [item for item in stuck_in(code) if "high" in item] == []


@pytest.mark.parametrize("loop", ["for work() == nil", "for", "for range time.Tick(1)"])
def test_a_loop_without_a_count(loop: str, stuck_in: StuckIn) -> None:
    """It starts any number of goroutines; those that are not followed cut the search."""
    code = f"""
func f() {{
	var wg sync.WaitGroup
	{loop} {{
		wg.Add(1)
		go func() {{
			defer wg.Done()
			work()
		}}()
		if work() != nil {{
			break
		}}
	}}
	wg.Wait()
}}
"""
    assert stuck_in(code) == []
