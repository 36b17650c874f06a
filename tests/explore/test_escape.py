"""Escape: what code out of view can reach is silent, however the channel got there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

StuckIn = Callable[..., list[str]]

CODE = """
type box struct {{ c chan int }}
type outer struct {{ inner box }}
type handler interface {{ handle(chan int) }}

var global chan int
var boxes []*box
var sink any

func callee(c chan int) {{ work() }}
func keeper(c chan int) {{ global = c }}
func passer(c chan int) {{ callee(c) }}

func f(param *box, out chan chan int, fs []func(chan int), h handler) {{
	c := make(chan int)
	go func() {{ c <- 1 }}()
{statement}
}}
"""


@pytest.mark.parametrize(
    "statement",
    [
        "unknownFunc(c)",
        "use2.Take(c)",
        "param.c = c",
        "global = c",
        "sink = c",
        "sink = box{c}",
        "sink = &outer{box{c}}",
        "boxes = append(boxes, &box{c})",
        "out <- c",
        "fs[0](c)",
        "h.handle(c)",
        "keeper(c)",
        "unknownFunc(func() { <-c })",
        "sink = func() int { return <-c }",
        "unknownFunc(&box{c})",
        "m := map[string]chan int{}; m[`a`] = c; unknownFunc(m)",
        "param.c, _ = c, 1",
        "go unknownFunc(c)",
        "defer unknownFunc(c)",
        "x := c; unknownFunc(x)",
        "b := box{}; b.c = c; unknownFunc(b)",
        "p := &c; unknownFunc(p)",
        "unknownFunc((<-chan int)(c))",
    ],
)
def test_it_escapes(statement: str, stuck_in: StuckIn) -> None:
    """Somebody else may receive."""
    assert stuck_in(CODE.format(statement="\t" + statement)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "work()",
        "callee(c)",
        "passer(c)",
        "x := c; _ = x",
        "b := box{c}; _ = b",
        "b := &outer{box{c}}; callee(b.inner.c)",
        "m := map[string]chan int{}; m[`a`] = c",
        "log.Println(c)",
        "_ = len(c)",
        "if c == nil { return }",
        "g := func(d chan int) { work() }; g(c)",
        "go callee(c)",
        "defer callee(c)",
    ],
)
def test_it_stays_in_view(statement: str, stuck_in: StuckIn) -> None:
    """Functions in view, local values and functions that keep nothing do not receive."""
    assert stuck_in(CODE.format(statement="\t" + statement)) == ["15 send c high"]


@pytest.mark.parametrize(
    ("signature", "last"),
    [
        ("func f() chan int", "return c"),
        ("func f() <-chan int", "return c"),
        ("func f() *box", "return &box{c}"),
        ("func f() func() int", "return func() int { return <-c }"),
        ("func f() (out struct{ c chan int })", "out.c = c; return"),
    ],
)
def test_results_escape(signature: str, last: str, stuck_in: StuckIn) -> None:
    """The caller of an unknown function may receive from what it returns."""
    code = f"""
type box struct {{ c chan int }}

{signature} {{
	c := make(chan int)
	go func() {{ c <- 1 }}()
	{last}
}}
"""
    assert stuck_in(code) == []


def test_a_result_that_is_dropped(stuck_in: StuckIn) -> None:
    """In the caller's view nobody receives."""
    code = """
func start() <-chan int {
	c := make(chan int)
	go func() { c <- 1 }()
	return c
}

func f() {
	start()
}
"""
    assert stuck_in(code) == ["3 send c high"]


@pytest.mark.parametrize("value", ["param", "param.c", "global"])
def test_what_comes_from_outside_is_silent(value: str, stuck_in: StuckIn) -> None:
    """Nothing is known of the other side."""
    code = f"""
var global chan int

func f(param chan int, b struct{{ c chan int }}) {{
	go func() {{ {value.replace("param.c", "b.c")} <- 1 }}()
	c := make(chan int, 1)
	c <- 1
}}
"""
    assert stuck_in(code) == []


def test_two_values_in_one_variable(stuck_in: StuckIn) -> None:
    """Which channel it is depends on the path: nothing is said of either."""
    code = """
func f() {
	a, b := make(chan int), make(chan int)
	c := a
	if work() != nil {
		c = b
	}
	go func() { c <- 1 }()
	<-a
}
"""
    assert stuck_in(code) == []


def test_stores_after_the_go_statement(stuck_in: StuckIn) -> None:
    """A goroutine sees what is stored later."""
    code = """
type box struct{ c chan int }

func f() {
	b := &box{}
	started := make(chan int)
	go func() {
		<-started
		b.c <- 1
	}()
	b.c = make(chan int)
	started <- 1
}
"""
    assert stuck_in(code) == ["8 send c high"]
