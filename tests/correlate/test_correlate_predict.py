"""Which finding predicts a bucket, and which packages are checked for that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from goleaklint.correlate.account import correlate
from goleaklint.correlate.predict import predict
from goleaklint.correlate.repository import Repository
from goleaklint.dump.account import How, Match, Prediction, Site
from goleaklint.dump.formats import read
from goleaklint.dump.goroutines import Bucket, Frame, Stack, Verdict
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity, Span

DUMPS = Path(__file__).parents[2] / "testdata" / "dumps"


def rule(code: str, *wait_reasons: str) -> Rule:
    return Rule(code=code, name=code.lower(), severity=Severity.ERROR, since="0.1.0", wait_reasons=wait_reasons)


SEND = rule("GLK101", "chan send", "chan send (nil chan)")
LOCK = rule("GLK401", "sync.RWMutex.Lock")
LIFE = rule("GLK801")
RULES = (SEND, LOCK, LIFE)


def span(line: int, *, end: int = 0, path: str = "x/x.go") -> Span:
    return Span(path, line, 2, end or line, 9)


def finding(at: Span, *related: tuple[Role, Span], code: str = "GLK101", **other: object) -> Finding:
    values: dict[str, object] = {"confidence": Confidence.HIGH, "severity": Severity.ERROR, "function": "app/x.F.func1"}
    return Finding(
        code=code,
        name=code.lower(),
        message="m",
        span=at,
        related=tuple(Related(role, where, "r") for role, where in related),
        **(values | other),  # type: ignore[arg-type]
    )


def site(line: int, function: str, how: How = How.LINE) -> Site:
    return Site(span=span(line), function=function, statement="", how=how, dump_line=line)


CREATION = site(10, "app/x.F")
BLOCK = site(12, "app/x.F.func1")
BUCKET = Bucket(reason="chan send", verdict=Verdict.CANDIDATE, count=1, stack=Stack())


def predicted(*findings: Finding, bucket: Bucket = BUCKET, creation: Site | None = CREATION) -> Prediction | None:
    return predict(bucket, creation, BLOCK, findings, RULES)


def test_best_match_wins() -> None:
    """Both lines before the block alone, the block before the creation."""
    creation = finding(span(10))
    block = finding(span(12))
    both = finding(span(12), (Role.CREATION, span(10)))
    assert predicted(creation) == Prediction(finding=creation, match=Match.CREATION)
    assert predicted(creation, block) == Prediction(finding=block, match=Match.BLOCK)
    assert predicted(block, both, creation) == Prediction(finding=both, match=Match.BOTH)


def test_candidates_come_last() -> None:
    """A finding at one of the calls that can have led there, when there is nothing better, and of the right reason."""
    candidate = site(40, "app/x.Fetch", How.CANDIDATE)
    fetch, creation, lock = finding(span(40)), finding(span(10)), finding(span(40), code="GLK401")

    def found(*findings: Finding) -> Prediction | None:
        return predict(BUCKET, CREATION, BLOCK, findings, RULES, (candidate,))

    assert found(fetch) == Prediction(finding=fetch, match=Match.CANDIDATE)
    assert found(fetch, creation) == Prediction(finding=creation, match=Match.CREATION)
    assert found(lock) is None
    assert predicted(fetch) is None


def test_profiles_that_hide_the_reason() -> None:
    """The blocked line decides; the creation alone says too little."""
    hidden = msgspec.structs.replace(BUCKET, reason="unknown")
    assert predicted(finding(span(12)), bucket=hidden) is not None
    assert predicted(finding(span(10)), bucket=hidden) is None


def test_related_places_that_block() -> None:
    """The line may be that of a related place with the role `blocks`, and of no other role."""
    assert predicted(finding(span(50), (Role.BLOCKS, span(12)))) is not None
    assert predicted(finding(span(50), (Role.MADE, span(12)), (Role.EXIT, span(10)))) is None


def test_lines_of_a_span() -> None:
    """A span of several lines meets all of them; the path counts."""
    assert predicted(finding(span(11, end=13))) is not None
    assert predicted(finding(span(12, path="./x/x.go"))) is not None
    assert predicted(finding(span(12, path="y/x.go"))) is None


def test_the_wait_reason_counts() -> None:
    """A rule predicts what its goroutines show in a dump, and nothing else."""
    receive = Bucket(reason="chan receive", verdict=Verdict.CANDIDATE, count=1, stack=Stack())
    assert predicted(finding(span(12)), bucket=receive) is None


def test_a_lock_behind_a_writer() -> None:
    """`sync.Mutex.Lock` below RWMutex.Lock is an RWMutex's wait."""
    frames = (Frame("sync.(*Mutex).Lock", "", 0), Frame("sync.(*RWMutex).Lock", "", 0))
    bucket = Bucket(reason="sync.Mutex.Lock", verdict=Verdict.CANDIDATE, count=1, stack=Stack(frames=frames))
    assert predicted(finding(span(12), code="GLK401"), bucket=bucket) is not None


def test_a_rule_without_wait_reasons() -> None:
    """It must meet both lines."""
    assert predicted(finding(span(12), code="GLK801")) is None
    assert predicted(finding(span(12), (Role.CREATION, span(10)), code="GLK801")) is not None


def test_creation_alone_needs_the_function() -> None:
    """A finding at the go statement that is about another function predicts nothing."""
    assert predicted(finding(span(10), function="app/x.Other")) is None
    assert predicted(finding(span(10), function="app/x.F")) is not None


def test_another_creation_comes_last() -> None:
    """Of two findings at one operation, the one that names another goroutine's creation is the worse."""
    other = finding(span(12), (Role.CREATION, span(77)), confidence=Confidence.VERY_HIGH)
    ours = finding(span(12))
    assert predicted(other, ours) == Prediction(finding=ours, match=Match.BLOCK)
    assert predicted(other) == Prediction(finding=other, match=Match.BLOCK)


def test_two_operations_on_one_line() -> None:
    """The column decides between findings that are otherwise equal; then confidence does."""
    sure = finding(Span("x/x.go", 12, 30, 12, 37), confidence=Confidence.VERY_HIGH)
    exact = finding(span(12), confidence=Confidence.MEDIUM)
    assert predicted(sure, exact) == Prediction(finding=exact, match=Match.BLOCK)
    low = finding(span(12), confidence=Confidence.LOW)
    assert predicted(low, exact) == Prediction(finding=exact, match=Match.BLOCK)


def test_a_lost_place_meets_nothing() -> None:
    """Where the source has changed beyond recognition, a line number says nothing."""
    lost = site(10, "app/x.F", How.LOST)
    assert predicted(finding(span(10), function="app/x.F.func1"), creation=lost) is None


def test_only_the_packages_of_the_dump_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check runs once, for the directories in which the dumps' goroutines were created or wait."""
    monkeypatch.chdir(DUMPS / "source")
    asked: list[Sequence[str]] = []

    def check(directories: Sequence[str]) -> tuple[Sequence[Finding], Sequence[Rule]]:
        asked.append(directories)
        return (finding(Span("internal/orders/orders.go", 20, 3, 20, 22)),), RULES

    dumps = [read((DUMPS / f"{name}.txt").read_bytes(), name) for name in ("labels", "panic")]
    accounts = correlate(dumps, Repository("."), check)
    assert asked == [["internal/feed.v2", "internal/orders", "internal/stock", "kit"]]
    assert [
        (each.dump.path, group.bucket.reason, group.creation and group.creation.span.line)
        for each in accounts
        for group in each.groups
        if group.prediction is not None
    ] == [("labels", "chan send", 18), ("panic", "chan send", 18)]


def test_nothing_to_check() -> None:
    """A dump without a place in the checkout checks nothing."""

    def check(directories: Sequence[str]) -> tuple[Sequence[Finding], Sequence[Rule]]:
        raise AssertionError(directories)

    dump = read(b"goroutine 1 [select]:\nx.f()\n\t/x.go:3 +0x1d\n")
    [account] = correlate([dump], Repository(str(DUMPS / "source")), check)
    assert account.groups[0].prediction is None
