"""The health of a process: the condition and its rule, counts, the longest waits."""

from __future__ import annotations

import pytest
from making import dump, goroutine, many

from goleaklint.dump.goroutines import Verdict
from goleaklint.dump.health import Condition, Reason, Thresholds, health

SEND = ("example.com/app.work",)
LIMITS = Thresholds(healthy_below=10, suspicious_above=20, long_wait=5)


@pytest.mark.parametrize(
    ("goroutines", "condition", "because"),
    [
        (
            many(3, "chan receive, 9 minutes", *SEND),
            "healthy",
            "3 goroutines, below 10, and none that nothing can wake",
        ),
        (many(1, "chan send, 5 minutes", *SEND), "watch", "1 goroutine [chan send] for up to 5 minutes"),
        (many(1, "chan send, 4 minutes", *SEND), "healthy", "1 goroutine, below 10, and none that nothing can wake"),
        (many(2, "sync.Mutex.Lock, 7 minutes", *SEND), "watch", "2 goroutines [sync.Mutex.Lock] for up to 7 minutes"),
        (many(9, "chan send", *SEND), "healthy", "9 goroutines, below 10, and none that nothing can wake"),
        (many(10, "chan receive", *SEND), "watch", "10 goroutines, not below 10"),
        (
            many(21, "chan receive, 8 minutes", *SEND),
            "watch",
            "21 goroutines, more than 20; compare with a later dump to see whether they grow",
        ),
        (
            [*many(20, "chan receive, 8 minutes", *SEND), *many(3, "chan receive, 3 minutes", *SEND, first=500)],
            "suspicious",
            "23 goroutines, more than 20, and growing: 23 goroutines [chan receive] wait for 3 to 8 minutes",
        ),
        (
            [*many(20, "chan send, 8 minutes", *SEND), *many(3, "chan send", *SEND, first=500)],
            "suspicious",
            "23 goroutines, more than 20, and growing: 23 goroutines [chan send] wait for 0 to 8 minutes",
        ),
        (many(1, "chan send (nil chan)", *SEND), "leaking", "nothing can wake 1 goroutine"),
        (many(2, "chan receive (leaked)", *SEND), "leaking", "nothing can wake 2 goroutines"),
    ],
)
def test_the_rule(goroutines: list[str], condition: str, because: str) -> None:
    """Each line of the rule, with its reason."""
    state = health(dump(*goroutines), LIMITS)
    assert (state.condition, state.because) == (condition, because)


def test_a_crowd() -> None:
    """Ten at one send are worth a look, ten receivers are a pool of workers."""
    state = health(dump(*many(10, "chan send", *SEND)))
    assert (state.condition, state.because) == (Condition.WATCH, "10 goroutines [chan send] at one place")
    assert health(dump(*many(10, "chan receive", *SEND))).condition is Condition.HEALTHY


def test_a_deadlock_is_a_leak() -> None:
    """The runtime itself says that nothing can go on."""
    cause = "fatal error: all goroutines are asleep - deadlock!\n\n"
    state = health(dump(goroutine(1, "chan receive", "main.main", created_by=""), cause=cause))
    assert (state.condition, state.because) == (
        Condition.LEAKING,
        "the runtime says that all goroutines are asleep",
    )


def test_counts_and_waits() -> None:
    """Main and the goroutine that writes the dump are not blocked; reasons by verdict, then size; the longest first."""
    state = health(
        dump(
            goroutine(1, "chan receive, 90 minutes", "main.main", created_by=""),
            goroutine(2, "running", "runtime/pprof.writeGoroutineStacks"),
            *many(2, "select, 3 minutes", "example.com/app.loop"),
            *many(3, "chan send, 1 minutes", "example.com/app.work", first=200),
            goroutine(9, "IO wait, 80 minutes", "internal/poll.runtime_pollWait", "net.(*conn).Read"),
        )
    )
    assert (state.total, state.blocked, round(state.share)) == (8, 5, 62)
    assert state.reasons == (
        Reason("chan send", Verdict.CANDIDATE, 3),
        Reason("select", Verdict.CANDIDATE, 2),
        Reason("IO wait", Verdict.POSSIBLE, 1),
        Reason("chan receive", Verdict.POSSIBLE, 1),
        Reason("running", Verdict.NEVER, 1),
    )
    assert [(bucket.reason, bucket.count) for bucket in state.oldest] == [("select", 2), ("chan send", 3)]


def test_patterns_are_counted() -> None:
    """One line for each pattern, in the order of the table, with the groups that show it, the biggest first."""
    state = health(
        dump(
            *many(2, "select", "example.com/app.loop"),
            *many(1, "chan send", "example.com/app.one", first=200),
            *many(3, "chan send", "example.com/app.three", first=300),
        )
    )
    assert [(seen.pattern.name, seen.goroutines, [bucket.count for bucket in seen.buckets]) for seen in state.seen] == [
        ("blocked-send", 4, [3, 1]),
        ("own-channel", 2, [2]),
    ]
