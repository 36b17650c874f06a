"""The next step: what to change, and the goleak option for goroutines that are meant to be."""

from __future__ import annotations

import pytest
from making import dump, goroutine

from goleaklint.catalog import load
from goleaklint.dump.account import Group, Match, Prediction
from goleaklint.dump.advice import fix, goleak_ignore
from goleaklint.model import Confidence, Finding, Severity, Span

WORK = "example.com/app.work"
FINDING = Finding(
    code="GLK101",
    name="abandoned-send",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    message="send on done blocks for ever",
    span=Span("a.go", 1, 1, 1, 2),
)


@pytest.mark.parametrize(
    ("frames", "created_by", "option"),
    [
        ([WORK], "example.com/app.Start", 'goleak.IgnoreTopFunction("example.com/app.work")'),
        (
            ["sync.runtime_SemacquireMutex", "sync.(*Mutex).Lock", WORK],
            "example.com/app.Start",
            'goleak.IgnoreAnyFunction("example.com/app.work")',
        ),
        (
            ["net/http.(*persistConn).readLoop"],
            "net/http.(*Transport).dialConn",
            'goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop")',
        ),
        (
            ["internal/poll.runtime_pollWait", "net/http.(*conn).serve"],
            "net/http.(*Server).Serve",
            'goleak.IgnoreAnyFunction("net/http.(*conn).serve")',
        ),
        (["time.Sleep"], "time.goFunc", ""),
        (
            ["example.com/app.Pull[go.shape.int].func1"],
            "",
            'goleak.IgnoreTopFunction("example.com/app.Pull[...].func1")',
        ),
        (['example.com/app."x'], "", 'goleak.IgnoreTopFunction("example.com/app.\\"x")'),
    ],
)
def test_goleak(frames: list[str], created_by: str, option: str) -> None:
    """By the top function when it is the program's; never by one that every goroutine of a kind has on top."""
    (bucket,) = dump(goroutine(7, "select", *frames, created_by=created_by)).buckets
    assert goleak_ignore(bucket.stack) == option


def test_what_to_change() -> None:
    """The rule's phrase comes first, then the pattern's; nothing for what is no leak."""

    def of(state: str, prediction: Prediction | None = None) -> str:
        (bucket,) = dump(goroutine(7, state, WORK)).buckets
        return fix(Group(bucket=bucket, prediction=prediction))

    pattern = "let the receiver outlive every sender, or select on a context beside the send"
    assert of("chan send") == pattern
    assert of("chan send", Prediction(finding=FINDING, match=Match.BLOCK)) == pattern
    assert of("chan send", Prediction(finding=FINDING, match=Match.BLOCK, fix="make room")) == "make room"
    assert of("sync.Cond.Wait") == ""
    assert of("running") == ""


def test_the_phrases_of_rules() -> None:
    """Every built-in rule that a dump can show says its remedy, in one phrase that a line can hold."""
    rules = [rule for rule in load().rules if rule.wait_reasons]
    assert [rule.code for rule in rules if not rule.fix] == []
    phrases = [rule.fix for rule in rules]
    assert [text for text in phrases if not text[0].islower() or text.endswith(".") or len(text) > 110] == []
