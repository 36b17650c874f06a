"""The classic ways to be stuck, told by wait reason and stack alone: a table, one predicate on a bucket each.

A bucket shows at most one of them, the first that holds; many show none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from goleaklint.dump.goroutines import Bucket, Frame, Stack, Verdict
from goleaklint.dump.symbols import split_symbol
from goleaklint.dump.verdict import is_main, wait_reasons

# The first elements of the standard library's import paths (`go list std`). A module of a user may lack a dot too.
_STANDARD = re.compile(
    r"(?:archive|bufio|bytes|cmp|compress|container|context|crypto|database|debug|embed|encoding|errors|expvar|flag|fmt"
    r"|go|hash|html|image|index|internal|io|iter|log|maps|math|mime|net|os|path|plugin|reflect|regexp|runtime|simd"
    r"|slices|sort|strconv|strings|structs|sync|syscall|testing|text|time|unicode|unique|unsafe|vendor|weak)(?:/|$)"
)
_LOCKS = frozenset({"sync.Mutex.Lock", "sync.RWMutex.RLock", "sync.RWMutex.Lock"})
_NIL = frozenset({"chan receive (nil chan)", "chan send (nil chan)"})
_DIALLED = "net/http.(*Transport).dialConn"
_READ_LOOP = "net/http.(*persistConn).readLoop"
_SERVED = frozenset({"net/http.(*conn).serve", "net/http.(*http2serverConn).readFrames"})
_LITERAL = re.compile(r"(?:func)?\d+")


class Pattern(NamedTuple):
    """One way to be stuck. `title` reads after a number of goroutines; `fix` says what to change when they leak."""

    name: str
    title: str
    fix: str
    holds: Callable[[Bucket], bool]


class Holder(NamedTuple):
    """The goroutines that probably hold the lock that others wait for, and what says so. Likely, never certain."""

    bucket: Bucket
    frame: Frame
    why: str


def pattern_of(bucket: Bucket) -> Pattern | None:
    """The first pattern that a bucket shows; None for the runtime's own goroutines and for main."""
    if bucket.verdict is Verdict.NEVER or is_main(bucket.stack):
        return None
    return next((pattern for pattern in PATTERNS if pattern.holds(bucket)), None)


def is_standard(function: str) -> bool:
    """Of Go's standard library, or C code, which has no package."""
    path = split_symbol(function)[0]
    return not path or _STANDARD.match(path) is not None


def own_frame(stack: Stack) -> Frame | None:
    """The innermost frame outside of the standard library: where the program itself waits."""
    return next((frame for frame in stack.frames if not is_standard(frame.function)), None)


def telling_frame(stack: Stack) -> Frame | None:
    """The frame that names a goroutine best in one line: its own innermost, else its creator, else the innermost."""
    own = own_frame(stack)
    if own is not None:
        return own
    return stack.created_by or (stack.frames[0] if stack.frames else None)


def waits_for_lock(bucket: Bucket) -> bool:
    """In Lock or RLock of a Mutex or RWMutex, in every Go version's words."""
    return not _LOCKS.isdisjoint(wait_reasons(bucket.reason, bucket.stack))


def likely_holder(waiting: Bucket, buckets: Sequence[Bucket]) -> Holder | None:
    """Who probably holds the lock that `waiting` waits for: a dump does not say it.

    Best is a goroutine that is further on in the function that locks, then one in another method of its receiver; last,
    the waiting goroutine itself, when a method of the receiver further out called the one that locks.
    """
    caller = own_frame(waiting.stack)
    if caller is None:
        return None
    family = _family(caller.function)
    found: list[tuple[tuple[int, int, int], Holder]] = []
    for bucket in buckets:
        if bucket.verdict is Verdict.NEVER:
            continue
        locker = own_frame(bucket.stack) if waits_for_lock(bucket) else None
        for at, frame in enumerate(bucket.stack.frames):
            if frame is locker and _family(frame.function) == family:
                break  # it waits for a lock of this family itself
            if _family(frame.function) != family:
                continue
            same = frame.function == caller.function
            why = "in the function that locks, past the lock" if same else f"in a method of {family[1]}"
            how = " and blocked elsewhere" if bucket.reason not in ("running", "runnable") else f" and {bucket.reason}"
            found.append(((not same, -bucket.count, at), Holder(bucket, frame, why + how)))
            break
    if found:
        return min(found, key=lambda each: each[0])[1]
    return _itself(waiting, caller, family)


def _itself(waiting: Bucket, caller: Frame, family: tuple[str, str]) -> Holder | None:
    if not family[1].startswith("("):
        return None
    at = waiting.stack.frames.index(caller)
    outer = next((frame for frame in waiting.stack.frames[at + 1 :] if _family(frame.function) == family), None)
    if outer is None or outer.function == caller.function:
        return None
    return Holder(waiting, outer, f"itself: another method of {family[1]} calls the one that locks")


def _family(function: str) -> tuple[str, str]:
    """(import path, receiver with parentheses), for a function without receiver its own name: who shares a lock."""
    path, name = split_symbol(function)
    if name.startswith("("):
        return path, name[: name.find(")") + 1]
    first, _, rest = name.partition(".")
    method = rest.partition(".")[0]
    if method and not _LITERAL.fullmatch(method) and not method.startswith(("gowrap", "deferwrap")):
        return path, f"({first})"
    return path, first


def _calls(bucket: Bucket, functions: frozenset[str]) -> bool:
    return any(frame.function in functions for frame in bucket.stack.frames)


def _created_by(bucket: Bucket, function: str) -> bool:
    return bucket.stack.created_by is not None and bucket.stack.created_by.function == function


def _root(bucket: Bucket) -> str:
    return bucket.stack.frames[-1].function if bucket.stack.frames else ""


def _on_own_channel(bucket: Bucket) -> bool:
    if bucket.reason not in ("chan receive", "select") or not bucket.stack.frames:
        return False
    return not is_standard(bucket.stack.frames[0].function)


def _by_timer(bucket: Bucket) -> bool:
    return bucket.reason == "sleep" or _created_by(bucket, "time.goFunc")


def _is_parked_without_own(bucket: Bucket) -> bool:
    if bucket.reason in ("running", "runnable") or bucket.stack.unavailable or not bucket.stack.frames:
        return False
    return own_frame(bucket.stack) is None


PATTERNS = (
    Pattern(
        "nil-channel",
        "wait on a nil channel",
        "make the channel before it is used",
        lambda bucket: bucket.reason in _NIL,
    ),
    Pattern(
        "empty-select",
        "wait in a select without cases",
        "wait for something that ends: a context's Done or a quit channel",
        lambda bucket: bucket.reason == "select (no cases)",
    ),
    Pattern(
        "blocked-send",
        "blocked in a channel send",
        "let the receiver outlive every sender, or select on a context beside the send",
        lambda bucket: bucket.reason == "chan send",
    ),
    Pattern(
        "lock-wait",
        "wait for a lock",
        "let whoever holds the lock unlock on every way out, and wait for nothing while it holds it",
        waits_for_lock,
    ),
    Pattern(
        "wait-group",
        "wait for a WaitGroup",
        "call Done on every way out of what the group counts, with defer",
        lambda bucket: "sync.WaitGroup.Wait" in wait_reasons(bucket.reason, bucket.stack),
    ),
    Pattern(
        "coroutine",
        "iterators of iter.Pull whose stop was not called",
        "defer the stop function that iter.Pull returns",
        lambda bucket: bucket.reason == "coroutine",
    ),
    # An idle connection's readLoop waits for input; in a select it waits for the body to be read or closed.
    Pattern(
        "unclosed-body",
        "connections of an HTTP client whose response body is neither read nor closed",
        "defer the Close of every response's body behind the error check",
        lambda bucket: _root(bucket) == _READ_LOOP and bucket.reason == "select",
    ),
    Pattern(
        "client-connection",
        "connections of an HTTP client (readLoop and writeLoop)",
        "close the bodies of responses, share one transport, and give requests a timeout",
        lambda bucket: _created_by(bucket, _DIALLED),
    ),
    Pattern(
        "server-read",
        "connections of an HTTP server that hang in a read",
        "give the server a ReadTimeout and an IdleTimeout",
        lambda bucket: bucket.reason == "IO wait" and _calls(bucket, _SERVED),
    ),
    Pattern(
        "timer",
        "sleep, or were started by a timer",
        "end the loop around the sleep, or stop the timer",
        _by_timer,
    ),
    Pattern(
        "own-channel",
        "wait in a receive or select on a channel of the program",
        "close the channel when its last sender is done, or select on a context as well",
        _on_own_channel,
    ),
    Pattern(
        "no-own-frame",
        "parked, with no frame of the program",
        "close or stop what the library started them for",
        _is_parked_without_own,
    ),
)
