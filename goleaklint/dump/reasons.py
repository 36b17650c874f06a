"""The wait reason of a goroutine in a profile, which has none: the innermost frames tell it.

The reasons are those that a text dump of the same moment shows (runtime/runtime2.go, waitReasonStrings), except that
nothing tells a goroutine that could run from one that does: both are `running`.
"""

from __future__ import annotations

from collections.abc import Sequence

from goleaklint.dump.goroutines import UNKNOWN, Frame
from goleaklint.dump.symbols import split_symbol

_SYSCALL = "syscall"
_RUNNING = "running"
_PARK = "runtime.gopark"

# The first of these from the innermost frame on. `semacquire1` is none of them: who called it tells for what.
_WAITS = {
    "runtime.chansend": "chan send",
    "runtime.chansend1": "chan send",
    "runtime.chanrecv": "chan receive",
    "runtime.chanrecv1": "chan receive",
    "runtime.chanrecv2": "chan receive",
    "runtime.selectgo": "select",
    "runtime.block": "select (no cases)",
    "runtime.netpollblock": "IO wait",
    "internal/poll.runtime_pollWait": "IO wait",
    "internal/poll.runtime_Semacquire": "semacquire",
    "internal/sync.runtime_SemacquireMutex": "sync.Mutex.Lock",
    "internal/sync.(*Mutex).Lock": "sync.Mutex.Lock",
    "sync.(*Mutex).Lock": "sync.Mutex.Lock",
    "sync.runtime_SemacquireRWMutexR": "sync.RWMutex.RLock",
    "sync.(*RWMutex).RLock": "sync.RWMutex.RLock",
    "sync.runtime_SemacquireRWMutex": "sync.RWMutex.Lock",
    "sync.(*RWMutex).Lock": "sync.RWMutex.Lock",
    "sync.runtime_SemacquireWaitGroup": "sync.WaitGroup.Wait",
    "sync.(*WaitGroup).Wait": "sync.WaitGroup.Wait",
    "sync.runtime_notifyListWait": "sync.Cond.Wait",
    "sync.(*Cond).Wait": "sync.Cond.Wait",
    "time.Sleep": "sleep",
    "runtime.coroswitch": "coroutine",
    "runtime.runFinalizers": "finalizer wait",
    "runtime.runfinq": "finalizer wait",
    "runtime.runCleanups": "cleanup wait",
    "internal/synctest.Run": "synctest.Run",
    "internal/synctest.Wait": "synctest.Wait",
    "runtime.asyncPreempt": _RUNNING,
    "runtime.cgocall": _SYSCALL,
    "runtime.notetsleepg": _SYSCALL,
    "os/signal.signal_recv": _SYSCALL,
}
# Frames of these stand between the parking function and whoever waits.
_GLUE = frozenset({"runtime", "sync", "internal/sync", "internal/poll", "time", "internal/synctest"})
_SYSCALLS = frozenset(
    {"syscall", "internal/runtime/syscall", "internal/runtime/syscall/linux", "internal/syscall/unix"}
)
_CHANNELS = frozenset({"runtime.chansend", "runtime.chanrecv"})
# chansend and chanrecv park a nil channel in their first lines, all others a hundred lines further down.
_NIL_CHECK = 40


def reason(frames: Sequence[Frame], begins: Sequence[int] = ()) -> str:
    """The wait reason of a stack with its runtime frames, as protobuf profiles have it.

    `begins` are the lines at which the functions of the frames begin, 0 where that is not known.
    """
    parked = False
    for at, frame in enumerate(frames):
        function = frame.function
        if function in _CHANNELS and at < len(begins) and 0 <= frame.line - begins[at] < _NIL_CHECK and begins[at]:
            return f"{_WAITS[function]} (nil chan)"
        if function in _WAITS:
            return _WAITS[function]
        parked = parked or function == _PARK
        package = split_symbol(function)[0]
        if package in _SYSCALLS:
            return _SYSCALL
        if package not in _GLUE:
            break
    return UNKNOWN if parked else _RUNNING


def visible_reason(frames: Sequence[Frame], *, hidden: bool) -> str:
    """The same for a debug=1 profile, which hides the innermost runtime frames. `hidden`: it hides some here.

    Sends, receives and selects look alike there: UNKNOWN.
    """
    found = reason(frames)
    if found != _RUNNING or not hidden:
        return found
    return "coroutine" if frames and frames[0].function.startswith("iter.Pull") else UNKNOWN
