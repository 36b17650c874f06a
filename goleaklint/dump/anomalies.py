"""Three kinds of waiting that an engineer looks for first, told by the wait reason and the frames of a bucket.

A dump shows that a goroutine listens, not that nobody will answer: WAITING says only that it does so in code that is
not the standard library's. That nothing closes its channel is what a finding can tell.
"""

from __future__ import annotations

from enum import StrEnum

from goleaklint.dump.goroutines import Bucket, Verdict
from goleaklint.dump.patterns import is_standard
from goleaklint.dump.symbols import visible
from goleaklint.dump.verdict import wait_reasons


class Anomaly(StrEnum):
    """The class of a bucket, in the order of a legend."""

    BLOCKED = "blocked"  # in a channel send, or for a mutex
    SERVING = "serving"  # net/http.(*conn).serve in a read that has not ended
    WAITING = "waiting"  # in a receive or a select of the program's own code
    OTHER = "other"


MEANINGS = {
    Anomaly.BLOCKED: "blocked in a channel send or a mutex",
    Anomaly.SERVING: "net/http.(*conn).serve in a read",
    Anomaly.WAITING: "receive or select on a user channel",
    Anomaly.OTHER: "other",
}

_MUTEXES = frozenset({"sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock"})
_SERVE = "net/http.(*conn).serve"
_READS = frozenset({"internal/poll.(*FD).Read", "net.(*conn).Read", "crypto/tls.(*Conn).Read"})


def anomaly(bucket: Bucket) -> Anomaly:
    """The first class that fits."""
    if bucket.verdict in (Verdict.NEVER, Verdict.TEST):
        return Anomaly.OTHER
    frames = visible(bucket.stack.frames)
    if bucket.reason.startswith("chan send") or not _MUTEXES.isdisjoint(wait_reasons(bucket.reason, bucket.stack)):
        return Anomaly.BLOCKED
    functions = {frame.function for frame in frames}
    if _SERVE in functions and not _READS.isdisjoint(functions):
        return Anomaly.SERVING
    if bucket.reason.startswith(("chan receive", "select")) and frames and not is_standard(frames[0].function):
        return Anomaly.WAITING
    return Anomaly.OTHER
