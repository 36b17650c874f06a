"""From Go to what is stuck: each construct of the language and of sync that changes who waits for whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from goleaklint.explore import story
from goleaklint.explore.package import Package
from goleaklint.explore.stuck import WAITS
from goleaklint.golang.source import parse_file
from goleaklint.golang.units import Unit

StuckIn = Callable[..., list[str]]

SENDS = """
func f(x, y bool, n int, ctx context.Context) {{
	c := make(chan int)
	go func() {{
		c <- 1
	}}()
{statements}
}}
"""


@pytest.mark.parametrize(
    "statements",
    [
        "<-c",
        "defer func() { <-c }()",
        "if x { <-c } else { <-c }",
        "switch { case x: <-c; default: <-c }",
        "switch n { case 1: fallthrough; case 2: <-c; default: <-c }",
        "for x { if y { break } }; <-c",
        "goto out; out: <-c",
        "if x { defer func() { <-c }(); return }; <-c",
        "if x { log.Fatal(1) }; <-c",
        "if x { panic(1) }; <-c",
        "var once sync.Once; once.Do(func() { <-c })",
        "func() { <-c }()",
        "g := func(d <-chan int) { <-d }; g(c)",
        "for range c { break }",
        "for { if x { continue }; <-c; break }",
        "if x { y = false }; z := x; if z { <-c } else { <-c }",
        "select { case v := <-c: _ = v }",
        "v, more := <-c; _, _ = v, more",
        "use2(<-c)",
        "_ = []int{<-c}",
        "if v := <-c; v > 0 { return }",
        "switch v := <-c; v { case 1: return }",
        "defer use2(<-c)",
        "go use2(<-c)",
    ],
)
def test_the_receive_is_reached(statements: str, stuck_in: StuckIn) -> None:
    """On every path the goroutine finds its partner, or the process ends."""
    assert stuck_in(SENDS.format(statements=statements)) == []


@pytest.mark.parametrize(
    "statements",
    [
        "",
        "if x { <-c }",
        "if x { return }; <-c",
        "switch { case x: <-c }",
        "switch n { case 1: case 2: <-c; default: <-c }",
        "select { case <-c: case <-time.After(1): }",
        "select { case <-c: case <-ctx.Done(): }",
        "select { case <-c: default: }",
        "if x { goto out }; <-c; out: work()",
        "for range n { if y { return } }; <-c",
        "if x { defer func() { <-c }() }",
        "for x { <-c; break }",
        "func() { if x { return }; <-c }()",
        "var once sync.Once; once.Do(func() {}); once.Do(func() { <-c })",
        "c2 := make(chan int, 1); c2 <- 1; select { case <-c: case <-c2: }",
        "outer: for { for { break outer }; <-c }",
        "if x && y { <-c }",
        "if x || y { <-c }",
    ],
)
def test_the_receive_is_missed(statements: str, stuck_in: StuckIn) -> None:
    """There is a path on which nobody receives."""
    assert stuck_in(SENDS.format(statements=statements)) == ["4 send c high"]


def test_a_clean_up_under_a_condition(stuck_in: StuckIn) -> None:
    """A deferred function knows how its function ended: what it does under a condition is doubtful."""
    assert stuck_in(SENDS.format(statements="defer func() { if x { <-c } }()")) == ["4 send c low"]


@pytest.mark.parametrize(
    ("start", "finish"),
    [
        ("if x", "if x"),
        ("if !x", "if !x"),
        ("if x && y", "if x && y"),
        ("if n > 0", "if n > 0"),
        ("if n != 0", "if n != 0"),
        ("if p != nil", "if p != nil"),
        ("if p == nil { use() } else", "if p != nil"),
        ("if s.on", "if s.on"),
        ("if len(xs) > 0", "if len(xs) > 0"),
    ],
)
def test_equal_conditions_agree(start: str, finish: str, stuck_in: StuckIn) -> None:
    """A condition that nothing in between writes has one outcome."""
    code = """
func f(x, y bool, n int, p *int, s struct {{ on bool }}, xs []int) {{
	c := make(chan int)
	{start} {{
		go func() {{ c <- 1 }}()
	}}
	work()
	{finish} {{
		<-c
	}}
}}
"""
    assert stuck_in(code.format(start=start, finish=finish)) == []
    written = code.replace("work()", "x, y, n, p, s.on, xs = unknownValues()")
    doubtful = stuck_in(written.format(start=start, finish=finish))
    assert doubtful == ["4 send c high", "8 recv c high"]


@pytest.mark.parametrize(
    ("worker", "expected"),
    [
        ("defer wg.Done(); if work() != nil { return }", []),
        ("if work() != nil { return }; wg.Done()", ["7 wait wg high"]),
        ("if work() != nil { wg.Done(); return }; wg.Done()", []),
        ("if work() != nil { return }; defer wg.Done()", ["7 wait wg high"]),
        ("defer func() { wg.Done() }(); work()", []),
        ("if work() != nil { panic(1) }; wg.Done()", []),
        ("for work() != nil { }; wg.Done()", []),
    ],
)
def test_waitgroups(worker: str, expected: list[str], stuck_in: StuckIn) -> None:
    """Done on every path, or Wait waits."""
    code = f"""
func f(xs []int) {{
	var wg sync.WaitGroup
	for range xs {{
		wg.Add(1)
		go func() {{ {worker} }}()
	}}
	wg.Wait()
}}
"""
    assert stuck_in(code) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("mu.Lock(); defer mu.Unlock()", []),
        ("mu.Lock(); mu.Lock()", ["3 lock mu high"]),
        ("mu.Lock(); if work() != nil { return }; mu.Unlock()", []),
        ("for range 2 { mu.Lock(); if work() != nil { continue }; mu.Unlock() }", ["3 lock mu high"]),
        ("mu.RLock(); mu.RLock(); mu.RUnlock(); mu.RUnlock()", []),
        ("go func() { mu.Lock(); mu.Unlock() }(); mu.RLock(); mu.RLock()", ["3 lock mu high", "3 rlock mu high"]),
        ("mu.RLock(); mu.Lock()", ["3 lock mu high"]),
        ("if mu.TryLock() { mu.Unlock() }; mu.Lock(); mu.Lock()", []),
    ],
)
def test_locks(body: str, expected: list[str], stuck_in: StuckIn) -> None:
    """A lock that stays held; TryLock leaves us without knowledge."""
    assert stuck_in(f"func f() {{\n\tvar mu sync.RWMutex\n\t{body}\n}}\n") == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("ctx, cancel := context.WithCancel(context.Background()); go func() { <-ctx.Done() }(); cancel()", []),
        ("ctx, cancel := context.WithCancel(context.Background()); defer cancel(); go func() { <-ctx.Done() }()", []),
        (
            "ctx, cancel := context.WithCancel(context.Background()); go func() { <-ctx.Done() }(); if x { cancel() }",
            ["2 recv ctx high"],
        ),
        ("ctx, cancel := context.WithCancel(parent); go func() { <-ctx.Done() }(); if x { cancel() }", []),
        ("ctx, _ := context.WithTimeout(context.Background(), 1); <-ctx.Done()", []),
        ("<-parent.Done()", []),
        ("<-context.Background().Done()", ["2 dead the Done of a context that never ends high"]),
    ],
)
def test_contexts(body: str, expected: list[str], stuck_in: StuckIn) -> None:
    """A context ends by its cancel function, its deadline or its parent; Background never does."""
    assert stuck_in(f"func f(parent context.Context, x bool) {{\n\t{body}\n}}\n") == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("t.Fatal(1)", ["4 send c medium after failure"]),
        ("t.FailNow()", ["4 send c medium after failure"]),
        ("t.Error(1); <-c", []),
        ("t.Skip()", ["4 send c medium"]),
        ("if work() != nil { t.Fatal(1) }; <-c", ["4 send c medium after failure"]),
        ("t.Cleanup(func() { <-c }); t.Fatal(1)", []),
        ("must(t); <-c", ["4 send c medium after failure"]),
        ("t.Run(`x`, func(t *testing.T) { <-c })", []),
    ],
)
def test_tests(body: str, expected: list[str], stuck_in: StuckIn) -> None:
    """What leaks only when a test fails is marked so."""
    code = f"""
import "testing"

func f(t *testing.T) {{
	c := make(chan int)
	go func() {{
		c <- 1
	}}()
	{body}
}}

func must(t *testing.T) {{
	if work() != nil {{
		t.Fatal(1)
	}}
}}
"""
    moved = [item.replace("4 ", "6 ", 1) for item in expected]
    assert stuck_in(code, path="p_test.go") == moved


def test_too_big(stuck_in: StuckIn) -> None:
    """A function with more goroutines than can be followed is passed over, and a diagnostic says so."""
    goes = "\n".join(f"\tgo func() {{ c{i} <- 1; <-c{(i + 1) % 24} }}()" for i in range(24))
    makes = "\n".join(f"\tc{i} := make(chan int)" for i in range(24))
    with pytest.raises(AssertionError, match="too many states to explore"):
        stuck_in(f"func f() {{\n{makes}\n{goes}\n}}\n")


PROGRAM = """package p

type store struct{ done chan int }

func newStore() *store { return &store{done: make(chan int)} }

func (s *store) wait() { <-s.done }

func program() {
	newStore().wait()
}

func alone() {
	c := make(chan int)
	c <- 1
}
"""


@pytest.mark.parametrize(("closed_roots", "expected"), [(True, ["done", "c"]), (False, ["c"])])
def test_closed_roots(unit: Callable[..., Unit], expected: list[str], *, closed_roots: bool) -> None:
    """Without closed roots a function is explored for what it makes itself, not for what its constructors make."""
    package = Package(unit(parse_file("p.go", PROGRAM.encode())), closed_roots=closed_roots)
    assert [story.name_of(stuck.prim) for stuck in package.stuck(WAITS)] == expected
