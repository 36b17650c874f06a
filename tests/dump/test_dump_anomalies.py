"""The three kinds of waiting, told from a bucket alone."""

from __future__ import annotations

import pytest

from goleaklint.dump.anomalies import MEANINGS, Anomaly, anomaly
from goleaklint.dump.goroutines import Bucket, Frame, Stack
from goleaklint.dump.verdict import judge

SERVE = ("internal/poll.runtime_pollWait", "internal/poll.(*FD).Read", "net.(*conn).Read", "net/http.(*conn).serve")
CREATED = Frame("example.com/app.Run", "/srv/app/run.go", 7)


def bucket(reason: str, *functions: str) -> Bucket:
    stack = Stack(frames=tuple(Frame(name, "/srv/x.go", 1) for name in functions), created_by=CREATED)
    return Bucket(reason=reason, verdict=judge(reason, stack), count=1, stack=stack)


@pytest.mark.parametrize(
    ("reason", "functions", "expected"),
    [
        ("chan send", ("example.com/app.Run.func1",), Anomaly.BLOCKED),
        ("chan send (nil chan)", ("example.com/app.Run.func1",), Anomaly.BLOCKED),
        ("chan send", ("os/signal.process", "example.com/app.Run"), Anomaly.BLOCKED),
        ("sync.Mutex.Lock", ("sync.(*Mutex).Lock", "example.com/app.Run"), Anomaly.BLOCKED),
        ("sync.RWMutex.RLock", ("sync.(*RWMutex).RLock", "example.com/app.Run"), Anomaly.BLOCKED),
        ("semacquire", ("sync.(*Mutex).Lock", "example.com/app.Run"), Anomaly.BLOCKED),
        ("semacquire", ("sync.(*WaitGroup).Wait", "example.com/app.Run"), Anomaly.OTHER),
        ("IO wait", SERVE, Anomaly.SERVING),
        ("IO wait", (*SERVE[:3], "net/http.(*persistConn).readLoop"), Anomaly.OTHER),
        ("select", ("net/http.(*conn).serve",), Anomaly.OTHER),
        ("chan receive", ("example.com/app.Run.func1",), Anomaly.WAITING),
        ("chan receive", ("main.main.func1",), Anomaly.WAITING),
        ("select", ("example.com/internal/feed%2ev2.(*T).loop",), Anomaly.WAITING),
        ("select (no cases)", ("example.com/app.Run.func1",), Anomaly.WAITING),
        ("select", ("net/http.(*persistConn).writeLoop",), Anomaly.OTHER),
        ("chan receive", ("os/signal.loop",), Anomaly.OTHER),
        ("sleep", ("time.Sleep", "example.com/app.Run"), Anomaly.OTHER),
        ("GC worker (idle)", ("runtime.gcBgMarkWorker",), Anomaly.OTHER),
        ("chan receive", (), Anomaly.OTHER),
    ],
)
def test_classes(reason: str, functions: tuple[str, ...], expected: Anomaly) -> None:
    """A send or a mutex, whoever calls it; a served connection's read; a receive in code that is not Go's own."""
    assert anomaly(bucket(reason, *functions)) is expected


def test_every_class_has_a_meaning() -> None:
    """The legend names them all."""
    assert list(MEANINGS) == list(Anomaly)
