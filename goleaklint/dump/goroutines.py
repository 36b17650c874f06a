"""What a dump holds: frames, stacks, states, goroutines, and buckets of goroutines that are stuck alike.

Names and files are as the dump prints them (remote paths); nothing here looks at a disk.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec

from goleaklint.model import Diagnostic


class Frame(NamedTuple):
    """One call. `file` is "" and `line` 0 where the dump names none (C code without a symboliser)."""

    function: str
    file: str
    line: int


class Ancestor(msgspec.Struct, frozen=True):
    """An `[originating from goroutine N]` part: GODEBUG=tracebackancestors=N prints one per generation.

    `frames` carry the *return* address's line, which may be the line after the call; `created_by` has the right line.
    """

    frames: tuple[Frame, ...]
    created_by: Frame | None = None


class Stack(msgspec.Struct, frozen=True):
    """Frames from the innermost to the outermost, and the frame under `created by`.

    `elided` frames are missing before `frames[elided_at]` (-1 in `elided`: a number that the runtime did not print).

    `root` is the outermost function, with the line at which it *begins* (Function.start_line of a protobuf profile;
    None in every text). Of a function literal that is the line of its `func`, mostly the creation site, which these
    profiles do not name; of a named function that of its declaration.
    """

    frames: tuple[Frame, ...] = ()
    created_by: Frame | None = None
    elided: int = 0
    elided_at: int = 0
    ancestors: tuple[Ancestor, ...] = ()
    unavailable: bool = False  # "goroutine running on other thread; stack unavailable"
    root: Frame | None = None


UNKNOWN = "unknown"  # the wait reason where a debug=1 profile hides it


class State(msgspec.Struct, frozen=True):
    """What stands in the brackets of a header. `minutes` is None when the runtime printed none.

    Profiles have no headers: there the frames tell the reason, as far as they can (else UNKNOWN).
    """

    reason: str
    leaked: bool = False
    scan: bool = False
    durable: bool = False
    minutes: int | None = None
    locked: bool = False
    bubble: int | None = None
    labels: tuple[tuple[str, str], ...] = ()


class Kind:
    """Goroutines with one state and one stack, counted without looking into either.

    `ids` are the first few. `parents` are the ids behind "in goroutine" as they are printed, which need not be numbers.
    """

    __slots__ = ("count", "ids", "parents", "stack", "state")

    def __init__(self, state: State, stack: Stack) -> None:
        self.state = state
        self.stack = stack
        self.count = 0
        self.ids: list[int] = []
        self.parents: set[bytes] = set()


class Verdict(StrEnum):
    """What a wait reason says about a leak, the most certain first."""

    LEAK = "leak"  # whatever the time: nothing can wake it
    CANDIDATE = "candidate"  # count and minutes decide
    POSSIBLE = "possible"  # ends by other means: a deadline, a close, its own loop
    TEST = "test"  # held by testing/synctest
    NEVER = "never"  # the runtime's own, or the goroutine that wrote the dump

    @property
    def rank(self) -> int:
        """0 for what is shown first."""
        return list(Verdict).index(self)


class Minutes(NamedTuple):
    """How long the goroutines of a bucket have waited, over the `known` ones of which the dump says it."""

    least: int
    most: int
    known: int


class Labels(NamedTuple):
    """One set of profiler labels, and how many goroutines of the bucket carry it."""

    pairs: tuple[tuple[str, str], ...]
    goroutines: int


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """Goroutines with one signature: wait reason, stack without arguments and offsets, creation.

    `stack` is that of the first of them without the frames that Go's short form hides, so that a SIGQUIT dump and a
    `debug=2` dump of one moment have the same buckets. `ids` are the first few (none in a profile, which only counts).
    `leaked`, `locked` count goroutines.
    """

    reason: str
    verdict: Verdict
    count: int
    stack: Stack
    durable: bool = False
    leaked: int = 0
    locked: int = 0
    minutes: Minutes | None = None
    parents: int = 0  # how many different goroutines created them
    ids: tuple[int, ...] = ()
    labels: tuple[Labels, ...] = ()


class Dump(msgspec.Struct, frozen=True, kw_only=True):
    """Everything read from one capture. Buckets are in the order in which a person wants them.

    `format` is "text" (debug=2, panics, SIGQUIT), "debug=1" or "protobuf". `leaks_only`: a goroutineleak profile in one
    of the latter two, which holds only the goroutines that the garbage collector found leaked.
    """

    path: str
    format: str
    total: int
    buckets: tuple[Bucket, ...]
    cause: str = ""  # "panic: ...", "fatal error: ...", "SIGQUIT: quit": why the process printed it
    diagnostics: tuple[Diagnostic, ...] = ()
    leaks_only: bool = False
    incomplete: bool = False  # it is cut, or some of its goroutines could not be read
