"""What a wait reason says about a leak (the reasons are those of runtime/runtime2.go, waitReasonStrings)."""

from __future__ import annotations

import re

from goleaklint.dump.goroutines import UNKNOWN, Stack, Verdict
from goleaklint.dump.symbols import split_symbol, visible

_FOR_EVER = frozenset({"chan receive (nil chan)", "chan send (nil chan)", "select (no cases)"})
_CANDIDATES = frozenset(
    {
        "chan send",
        "chan receive",
        "select",
        "sync.Mutex.Lock",
        "sync.RWMutex.RLock",
        "sync.RWMutex.Lock",
        "sync.WaitGroup.Wait",
        "sync.Cond.Wait",
        "semacquire",  # before Go 1.20 and 1.25: a mutex, a WaitGroup
        "coroutine",  # iter.Pull without stop
        UNKNOWN,  # of debug=1: a send, a receive, a select; all others show in the frames
    }
)
_HIDDEN = _FOR_EVER | {"chan send", "chan receive", "select", UNKNOWN}  # what debug=1 cannot tell apart
_SYNCTEST = frozenset({"synctest.Run", "synctest.Wait"})
_RUNTIME = re.compile(
    r"finalizer wait|cleanup wait|GC .*|force gc \(idle\)|GOMAXPROCS updater \(idle\)|trace reader \(blocked\)"
    r"|dumping heap|garbage collection.*|wait for GC cycle|preempted|debug call|stopping the world"
    r"|flushing proc caches|trace .* status|page trace flush|panicwait|idle|dead|copystack|waiting for cgo callback"
)
# The goroutine that takes the dump is in it, running.
_WRITERS = frozenset(
    {
        "runtime/pprof.writeGoroutineStacks",
        "runtime/pprof.writeRuntimeProfile",
        "runtime/pprof.(*Profile).WriteTo",
        "runtime/debug.Stack",
        "runtime.Stack",
        "runtime.GoroutineProfile",
    }
)
# One for the process, for its life: `os/signal.loop` sits in [syscall] in every program that calls signal.Notify.
_STANDING = frozenset({"os/signal.loop", "os/signal.signal_recv"})


def judge(reason: str, stack: Stack, *, leaked: bool = False, durable: bool = False) -> Verdict:
    """The verdict on goroutines in one state with one stack. A reason that is not known is POSSIBLE."""
    if _RUNTIME.fullmatch(reason) or _is_standing(stack):
        return Verdict.NEVER
    if leaked:
        return Verdict.LEAK
    if durable or reason in _SYNCTEST:
        return Verdict.TEST
    main = is_main(stack)
    if reason in _FOR_EVER and not main:
        return Verdict.LEAK
    if reason in _CANDIDATES and not main:
        return Verdict.CANDIDATE
    # The main goroutine has no creation site and ends with its process: it can hang, not leak.
    return Verdict.POSSIBLE


def wait_reasons(reason: str, stack: Stack) -> frozenset[str]:
    """The reason in every spelling that Go's versions give it, for the comparison with what a rule declares.

    A writer behind another writer waits on the RWMutex's inner Mutex, and before Go 1.20 (mutexes) and 1.25 (WaitGroup)
    the reason was `semacquire` for all of them: the frames tell them apart. UNKNOWN stands for all that look alike.
    """
    if reason == UNKNOWN:
        return _HIDDEN
    if reason not in ("sync.Mutex.Lock", "semacquire"):
        return frozenset({reason})
    called = {frame.function for frame in stack.frames}
    tells = (
        ("sync.(*RWMutex).Lock", "sync.RWMutex.Lock"),
        ("sync.(*RWMutex).RLock", "sync.RWMutex.RLock"),
        ("sync.(*WaitGroup).Wait", "sync.WaitGroup.Wait"),
        ("sync.(*Mutex).Lock", "sync.Mutex.Lock"),
    )
    return frozenset({reason, *(spelled for function, spelled in tells if function in called)})


def is_main(stack: Stack) -> bool:
    """The main goroutine: nobody created it, and `main.main` or a package's `init` is its outermost frame."""
    frames = visible(stack.frames)
    if stack.created_by is not None or not frames:
        return False
    root = frames[-1].function
    return root == "main.main" or split_symbol(root)[1].partition(".")[0] == "init"


def _is_standing(stack: Stack) -> bool:
    frames = visible(stack.frames)
    functions = {frame.function for frame in frames}
    if functions and all(name.startswith("runtime.") for name in functions):
        return True
    return not functions.isdisjoint(_WRITERS) or not functions.isdisjoint(_STANDING)
