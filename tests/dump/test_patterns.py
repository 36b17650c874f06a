"""The classic patterns, each on a stack that shows it and on one that does not."""

from __future__ import annotations

import pytest
from making import dump, goroutine

from goleaklint.dump.patterns import is_standard, likely_holder, pattern_of, telling_frame

WORK = "example.com/app.work"
READ = ("internal/poll.runtime_pollWait", "internal/poll.(*FD).Read", "net.(*conn).Read")
DIALLED = "net/http.(*Transport).dialConn"


@pytest.mark.parametrize(
    ("state", "frames", "created_by", "name"),
    [
        ("chan receive (nil chan)", [WORK], "example.com/app.Start", "nil-channel"),
        ("select (no cases)", [WORK], "example.com/app.Start", "empty-select"),
        ("chan send", [WORK], "example.com/app.Start", "blocked-send"),
        ("sync.Mutex.Lock", ["sync.(*Mutex).Lock", WORK], "example.com/app.Start", "lock-wait"),
        ("semacquire", ["sync.(*RWMutex).RLock", WORK], "example.com/app.Start", "lock-wait"),
        ("semacquire", ["sync.(*WaitGroup).Wait", WORK], "example.com/app.Start", "wait-group"),
        ("sync.WaitGroup.Wait", ["sync.(*WaitGroup).Wait", WORK], "example.com/app.Start", "wait-group"),
        ("coroutine", ["iter.Pull[...].func1"], "iter.Pull[...]", "coroutine"),
        ("select", ["net/http.(*persistConn).readLoop"], DIALLED, "unclosed-body"),
        ("select", ["net/http.(*persistConn).writeLoop"], DIALLED, "client-connection"),
        ("IO wait", [*READ, "net/http.(*persistConn).readLoop"], DIALLED, "client-connection"),
        ("IO wait", [*READ, "net/http.(*conn).serve"], "net/http.(*Server).Serve", "server-read"),
        ("sleep", ["time.Sleep", WORK], "example.com/app.Start", "timer"),
        ("running", [WORK], "time.goFunc", "timer"),
        ("select", [WORK], "example.com/app.Start", "own-channel"),
        ("chan receive", [WORK], "example.com/app.Start", "own-channel"),
        ("chan receive", ["database/sql.(*DB).connectionOpener"], "database/sql.OpenDB", "no-own-frame"),
        ("IO wait", [*READ, WORK], "example.com/app.Start", None),
        ("running", [WORK], "example.com/app.Start", None),
        ("GC worker (idle)", [WORK], "example.com/app.Start", None),
        ("chan receive", ["main.main"], "", None),
    ],
)
def test_patterns(state: str, frames: list[str], created_by: str, name: str | None) -> None:
    """The first of the table that holds."""
    (bucket,) = dump(goroutine(7, state, *frames, created_by=created_by)).buckets
    pattern = pattern_of(bucket)
    assert (pattern.name if pattern is not None else None) == name


@pytest.mark.parametrize(
    ("function", "standard"),
    [
        ("net/http.(*conn).serve", True),
        ("vendor/golang.org/x/net/http2.(*T).M", True),
        ("golang.org/x/sync/errgroup.(*Group).Go.func1", False),
        ("main.main", False),
        ("nets/pool.Run", False),
        ("iter.Pull[go.shape.int].func1", True),
    ],
)
def test_the_standard_library(function: str, standard: bool) -> None:
    """By the first element of the import path, whole."""
    assert is_standard(function) is standard


def test_the_frame_that_tells() -> None:
    """The program's own innermost frame; of library goroutines their creator; else the innermost frame."""

    def of(*frames: str, created_by: str = "") -> str | None:
        frame = telling_frame(dump(goroutine(7, "select", *frames, created_by=created_by)).buckets[0].stack)
        return frame.function if frame is not None else None

    assert of("sync.(*Mutex).Lock", WORK, "main.main") == WORK
    assert of("net/http.(*persistConn).writeLoop", created_by=DIALLED) == DIALLED
    assert of("os/exec.(*Cmd).Wait") == "os/exec.(*Cmd).Wait"


LOCK = ("sync.runtime_SemacquireMutex", "sync.(*Mutex).Lock")
WAITING = goroutine(7, "sync.Mutex.Lock", *LOCK, "example.com/app.(*Store).Get")


def holder(*others: str, waiting: str = WAITING) -> tuple[str, str, str] | None:
    """(wait reason, function, why) of who likely holds the lock that goroutine 7 waits for."""
    whole = dump(waiting, *others)
    bucket = next(bucket for bucket in whole.buckets if 7 in bucket.ids)
    found = likely_holder(bucket, whole.buckets)
    return (found.bucket.reason, found.frame.function, found.why) if found is not None else None


def test_the_holder_is_in_a_method_of_the_receiver() -> None:
    """Blocked elsewhere, with a method of the same type on its stack, also in a literal of one."""
    assert holder(goroutine(8, "chan send", "example.com/app.(*Store).flush", "example.com/app.(*Store).Put")) == (
        "chan send",
        "example.com/app.(*Store).flush",
        "in a method of (*Store) and blocked elsewhere",
    )
    assert holder(goroutine(8, "chan send", "example.com/app.(*Store).Put.func1")) is not None


def test_the_holder_in_the_function_that_locks_comes_first() -> None:
    """Past the lock of the very function."""
    assert holder(
        goroutine(8, "chan send", "example.com/app.(*Store).Put"),
        goroutine(9, "runnable", "example.com/app.slow", "example.com/app.(*Store).Get"),
    ) == ("runnable", "example.com/app.(*Store).Get", "in the function that locks, past the lock and runnable")


def test_who_waits_for_the_same_lock_does_not_hold_it() -> None:
    """Nor does another type, or another package's type of the same name."""
    assert holder(goroutine(8, "sync.Mutex.Lock", *LOCK, "example.com/app.(*Store).Put")) is None
    assert holder(goroutine(8, "chan send", "example.com/app.(*Index).Put")) is None
    assert holder(goroutine(8, "chan send", "example.com/other.(*Store).Put")) is None


def test_who_waits_for_another_lock_may_hold_this_one() -> None:
    """Two locks taken in two orders."""
    assert holder(
        goroutine(8, "sync.Mutex.Lock", *LOCK, "example.com/app.(*Index).Add", "example.com/app.(*Store).Put")
    ) == ("sync.Mutex.Lock", "example.com/app.(*Store).Put", "in a method of (*Store) and blocked elsewhere")


def test_a_goroutine_that_locks_twice() -> None:
    """When nobody else can hold it, a method further out of the same receiver may."""
    waiting = goroutine(7, "sync.Mutex.Lock", *LOCK, "example.com/app.(*Store).Get", "example.com/app.(*Store).Sum")
    assert holder(waiting=waiting) == (
        "sync.Mutex.Lock",
        "example.com/app.(*Store).Sum",
        "itself: another method of (*Store) calls the one that locks",
    )


def test_functions_without_a_receiver_share_a_lock_only_with_themselves() -> None:
    """A lock of the package: only the function itself tells."""
    waiting = goroutine(7, "sync.Mutex.Lock", *LOCK, "example.com/app.load")
    assert holder(goroutine(8, "chan send", "example.com/app.store"), waiting=waiting) is None
    assert holder(goroutine(8, "chan send", "example.com/app.load.func2"), waiting=waiting) is not None
