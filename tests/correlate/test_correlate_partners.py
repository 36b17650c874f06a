"""What could wake goroutines that no finding tells of."""

from __future__ import annotations

from pathlib import Path

import pytest

from goleaklint.correlate.account import correlate
from goleaklint.correlate.repository import Repository
from goleaklint.dump.account import Group
from goleaklint.dump.goroutines import Bucket, Dump, Frame, Stack, Verdict
from goleaklint.model import Confidence, Finding, Rule, Severity, Span

SOURCE = """package feed

import "sync"

type Feed struct {
	in    chan int
	stop  chan struct{}
	mu    sync.Mutex
	wg    sync.WaitGroup
	ready *sync.Cond
}

type Other struct{ in chan int }

func New(stop chan struct{}) *Feed {
	return &Feed{in: make(chan int), stop: stop}
}

func (f *Feed) Loop() {
	for {
		select {
		case n := <-f.in:
			use(n)
		case <-f.stop:
			return
		}
	}
}

func (f *Feed) Put(n int)  { f.in <- n }
func (o *Other) Put(n int) { o.in <- n }
func (f *Feed) Close()     { close(f.stop) }

func (f *Feed) Alias() {
	in := f.in
	close(in)
}

func (f *Feed) Given() { fill(f.in) }

func fill(out chan<- int) { out <- 1 }

func (f *Feed) Locked() {
	f.mu.Lock()
	defer f.mu.Unlock()
}

func (f *Feed) LockedTwice() {
	f.mu.Lock()
	f.mu.Lock()
}

func (f *Feed) Join() { f.wg.Wait() }
func (f *Feed) Work() { defer f.wg.Done() }
func (f *Feed) Await() { f.ready.Wait() }
func (f *Feed) Wake() { f.ready.Signal() }

func Local() {
	done := make(chan int)
	go func(c chan int) { c <- 1 }(done)
	go wait(done)
	use(<-done)
}

func wait(c chan int) { <-c }

var events = make(chan int)

func Listen() { <-events }
func Emit()   { events <- 1 }

func use(n int) {}

func Later(next chan int) {
	var mine chan int
	set := func() { mine = next }
	set()
	close(next)
	use(<-mine)
}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A module with one package, in the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("go.mod").write_text("module example.com/app\n\ngo 1.25\n", encoding="utf-8")
    Path("feed").mkdir()
    Path("feed/feed.go").write_text(SOURCE, encoding="utf-8")
    return Repository(".")


def line_of(text: str, nth: int = 1) -> int:
    return [number for number, line in enumerate(SOURCE.split("\n"), 1) if text in line][nth - 1]


def group(repository: Repository, reason: str, function: str, line: int, inner: str = "", code: str = "") -> Group:
    frames = [Frame(f"example.com/app/feed.{function}", "/build/feed/feed.go", line)]
    if inner:
        frames.insert(0, Frame(inner, "/go/src/sync/x.go", 1))
    bucket = Bucket(reason=reason, verdict=Verdict.CANDIDATE, count=1, stack=Stack(frames=tuple(frames)))
    rule = Rule(code="GLK1", name="one", severity=Severity.ERROR, since="0.1.0", wait_reasons=(reason,))
    finding = Finding(
        code=code,
        name="one",
        message="m",
        span=Span("feed/feed.go", line, 1, line, 99),
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        function="",
    )
    dump = Dump(path="d", format="text", total=1, buckets=(bucket,))
    [account] = correlate([dump], repository, lambda directories: ((finding,) if code else (), (rule,)))
    return account.groups[0]


@pytest.mark.parametrize(
    ("reason", "function", "text", "inner", "expected"),
    [
        (
            "select",
            "(*Feed).Loop",
            "select {",
            "",
            [
                ("f.in <- n", "sends on it"),
                ("close(f.stop)", "closes it"),
                ("close(in)", "closes it"),
                ("out <- 1", "sends on it"),
            ],
        ),
        ("chan send", "(*Feed).Put", "f.in <- n", "", [("<-f.in", "receives from it")]),
        ("chan send", "fill", "out <- 1", "", [("<-f.in", "receives from it")]),
        (
            "sync.Mutex.Lock",
            "(*Feed).Locked",
            "f.mu.Lock()",
            "sync.(*Mutex).Lock",
            [
                ("f.mu.Unlock()", "unlocks it"),
                ("f.mu.Lock()", "locks it"),
                ("f.mu.Lock()", "locks it"),
            ],
        ),
        (
            "sync.WaitGroup.Wait",
            "(*Feed).Join",
            "f.wg.Wait()",
            "sync.(*WaitGroup).Wait",
            [("f.wg.Done()", "counts it down")],
        ),
        (
            "sync.Cond.Wait",
            "(*Feed).Await",
            "f.ready.Wait()",
            "sync.(*Cond).Wait",
            [("f.ready.Signal()", "signals it")],
        ),
        ("chan receive", "Local", "use(<-done)", "", [("c <- 1", "sends on it")]),
        ("chan receive", "wait", "func wait(c", "", [("c <- 1", "sends on it")]),
        ("chan send", "Local.func1", "c <- 1", "", [("<-done", "receives from it"), ("<-c", "receives from it")]),
        ("chan receive", "Later", "use(<-mine)", "", [("close(next)", "closes it")]),
        ("chan receive", "Listen", "<-events", "", [("events <- 1", "sends on it")]),
    ],
)
def test_partners(
    repository: Repository, reason: str, function: str, text: str, inner: str, expected: list[tuple[str, str]]
) -> None:
    """The same field of the same type, the same local, also under other names; what each of them does."""
    found = group(repository, reason, function, line_of(text), inner)
    assert [(site.statement, site.note) for site in found.partners] == expected


def test_a_finding_says_more(repository: Repository) -> None:
    """Partners are looked for where no finding predicts the group."""
    line = line_of("f.in <- n")
    assert group(repository, "chan send", "(*Feed).Put", line, code="GLK1").prediction is not None
    assert group(repository, "chan send", "(*Feed).Put", line, code="GLK1").partners == ()
