"""What the standard library and the usual helpers do to primitives. Sources: their documentation, Go 1.26."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from goleaklint.explore import calls, counts, expressions, guards, making
from goleaklint.explore.automaton import Op
from goleaklint.explore.scopes import Env
from goleaklint.explore.values import (
    NIL,
    Cancel,
    Closure,
    Context,
    Locker,
    Method,
    Obj,
    Prim,
    Tuple,
    Unknown,
    Value,
)
from goleaklint.facts.types import Ty
from goleaklint.golang import ast

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering

MAY_FAIL = re.compile(rb"\.(?:Fatalf?|FailNow|Skipf?|SkipNow)\(|\brequire\.|\bgo\s")
"""The text of a helper that gets a testing.T and may end the test."""

KEEPS_NOTHING = re.compile(
    r"(?:fmt|log|log/slog|errors|strings|strconv|bytes|math|math/rand|time|sort|slices|maps|path|path/filepath|regexp"
    r"|unicode|unicode/utf8|encoding/\w+|os|io/ioutil|sync/atomic|runtime|runtime/debug|testing|unsafe"
    r"|github\.com/stretchr/testify/assert|gotest\.tools/(?:v3/)?assert(?:/cmp)?|github\.com/google/go-cmp/cmp"
    r"|github\.com/pkg/errors|go\.uber\.org/zap|github\.com/sirupsen/logrus|k8s\.io/klog(?:/v2)?)\.\w+"
    r"|reflect\.(?:DeepEqual|TypeOf)"
)
"""Functions that neither keep nor hand on a channel, a function or an object that they are given."""

KEEPS = re.compile(
    r"runtime\.(?:AddCleanup|SetFinalizer)|sync/atomic\.(?:Store|Swap|CompareAndSwap)Pointer"
    r"|(?:slices|maps)\.(?:All|AppendSeq|Backward|Clip|Clone|Collect|Concat|Copy|Grow|Insert|Repeat|Replace|Values)"
)
"""Those of these packages that do: what they are given is in what they return, or done when another value goes."""

RUNS_CALLBACK = re.compile(r"(?:sort|slices|maps|strings|bytes|path/filepath|io/fs|unicode)\.\w+")
"""Functions that call the function they are given now, any number of times."""

ENDS_PROCESS = re.compile(
    r"os\.Exit|syscall\.Exit|(?:\S*/)?(?:log|klog|klog/v2|logrus|glog|zap)\.(?:Fatal|Panic|Exit)\w*|log/slog\.Fatal\w*"
)
FATAL_METHODS = frozenset(
    {f"{word}{tail}" for word in ("Fatal", "Panic") for tail in ("", "f", "ln", "w", "Depth")} | {"Exit", "Exitf"}
)
TEST_ENDS = {"Fatal": True, "Fatalf": True, "FailNow": True, "Skip": False, "Skipf": False, "SkipNow": False}
REQUIRE = re.compile(
    r"github\.com/stretchr/testify/require\.\w+|gotest\.tools/(?:v3/)?assert\.(?:NilError|Assert|Equal|DeepEqual|ErrorContains|Error|ErrorIs)"
)


def function(lo: Lowering, name: str, args: list[Value], node: ast.Call, env: Env) -> Value:
    """A call of a function of another package."""
    handler = _FUNCTIONS.get(name)
    if handler is not None:
        return handler(lo, args, node, env)
    if ENDS_PROCESS.fullmatch(name):
        lo.kill()
        return None
    if REQUIRE.fullmatch(name):
        _may_fail(lo, node)
        return Unknown()
    if KEEPS.fullmatch(name):
        return calls.unknown(lo, args)
    if RUNS_CALLBACK.fullmatch(name):
        for arg in args:
            if isinstance(arg, Closure):
                _maybe(lo, lambda closure=arg: calls.call_closure(lo, closure, [], node))  # type: ignore[misc]
        return Unknown()
    if KEEPS_NOTHING.fullmatch(name):
        for arg in args:
            if isinstance(arg, Closure):
                lo.heap.escape(arg)
        return Unknown()
    return calls.unknown(lo, args)


def _maybe(lo: Lowering, run: Callable[[], object]) -> None:
    """Lower something that happens or does not."""
    start = lo.cur
    lo.cur = lo.node()
    lo.edge(start, None, lo.cur)
    with lo.conditional(lo.frame.body or ast.Bad(at=0, end=0)):
        run()
    lo.join(start, lo.cur)


def _may_fail(lo: Lowering, node: ast.Node) -> None:
    """A check that ends the test when it does not hold."""
    start = lo.cur
    lo.cur = lo.node()
    lo.edge(start, None, lo.cur)
    lo.unwind(node, fails=True)
    lo.cur = start
    after = lo.node()
    lo.goto(after)
    lo.cur = after


# ---- context


def _background(lo: Lowering, args: list[Value], node: ast.Call, env: Env) -> Value:
    return lo.heap.value("background", lambda: Context(None, never=True))


def _with_cancel(lo: Lowering, args: list[Value], node: ast.Call, env: Env) -> Value:
    parent = args[0] if args else None
    key = (lo.frame.context, id(node))
    if not isinstance(parent, Context) or (parent.done is None and not parent.never):
        return Tuple([lo.heap.value(("ctx", key), lambda: Context(None)), Unknown()])
    prim = making.made(lo, "ctx", "ctx", node, key)
    prim.parent = parent.done
    context = lo.heap.value(("ctx", key), lambda: Context(prim))
    return Tuple([context, lo.heap.value(("cancel", key), lambda: Cancel(prim))])


def _with_deadline(lo: Lowering, args: list[Value], node: ast.Call, env: Env) -> Value:
    return Tuple([lo.heap.value(("ctx", lo.frame.context, id(node)), lambda: Context(None)), Unknown()])


def _with_value(lo: Lowering, args: list[Value], node: ast.Call, env: Env) -> Value:
    for arg in args[1:]:
        lo.heap.escape(arg)
    return args[0] if args else Unknown()


def _group_with_context(lo: Lowering, args: list[Value], node: ast.Call, env: Env) -> Value:
    key = (lo.frame.context, id(node))
    group = making.made(lo, "group", "group", node, key)
    pair = _with_cancel(lo, args, node, env)
    assert isinstance(pair, Tuple)
    context = pair.items[0]
    group.context = context.done if isinstance(context, Context) else None
    if group.context is not None:
        group.context.doubtful = True  # which of the goroutines fails is not followed
    return Tuple([group, context])


# ---- sync, time


def _new_cond(lo: Lowering, args: list[Value], node: ast.Call, env: Env) -> Value:
    prim = making.made(lo, "cond", "", node, (lo.frame.context, id(node)))
    set_lock(lo, prim, args[0] if args else None, node)
    return prim


def set_lock(lo: Lowering, cond: Prim, lock: Value, node: ast.Node) -> None:
    """The L of a Cond: a mutex, an object that embeds one, the reading side of an RWMutex."""
    if isinstance(lock, Locker):
        cond.lock, cond.reads = lock.lock, True
    elif isinstance(lock, Prim):
        cond.lock = lock
    elif isinstance(lock, Obj):
        value: Value = lock
        for step in lo.facts.embedded_primitive(lock.ty, ("mutex", "rwmutex")) or ():
            value = expressions.select(lo, value, step, node)
        cond.lock = value if isinstance(value, Prim) else None
    cond.external = cond.lock is None or cond.lock.external


def _after_func(lo: Lowering, args: list[Value], node: ast.Call, env: Env) -> Value:
    if len(args) > 1:
        calls.spawn_value(lo, args[1], [], node)
    timer = lo.heap.obj((lo.frame.context, id(node)), None, lo.place(node))
    if "C" not in timer.fields:
        timer.fields["C"] = lo.heap.new_cell("C")
        timer.fields["C"].value = NIL
    return timer


def _reads(lo: Lowering, args: list[Value], node: ast.Call, env: Env) -> Value:
    """Reads from its first argument, again and again until it has enough."""
    calls_method(lo, args[0] if args else None, "Read", args[1:], node)
    return Tuple([Unknown(), Unknown()])


def _copies(lo: Lowering, args: list[Value], node: ast.Call, env: Env) -> Value:
    for value, name in zip(args, ("Write", "Read"), strict=False):
        calls_method(lo, value, name, [None], node)
    return Tuple([Unknown(), Unknown()])


def calls_method(lo: Lowering, value: Value, name: str, args: list[Value], node: ast.Call) -> None:
    """A function of another package that calls a method of what it is given, and keeps nothing."""
    bound = expressions.select(lo, value, name, node) if isinstance(value, Obj) else None
    if isinstance(bound, Closure):
        calls.call_closure(lo, bound, args, node)
    else:
        lo.heap.escape(value)


def _goexit(lo: Lowering, args: list[Value], node: ast.Call, env: Env) -> Value:
    lo.unwind(node, fails=False)
    return None


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "context.Background": _background,
    "context.TODO": _background,
    "context.WithCancel": _with_cancel,
    "context.WithCancelCause": _with_cancel,
    "context.WithTimeout": _with_deadline,
    "context.WithTimeoutCause": _with_deadline,
    "context.WithDeadline": _with_deadline,
    "context.WithDeadlineCause": _with_deadline,
    "context.WithValue": _with_value,
    "context.WithoutCancel": _background,
    "golang.org/x/sync/errgroup.WithContext": _group_with_context,
    "sync.NewCond": _new_cond,
    "time.AfterFunc": _after_func,
    "runtime.Goexit": _goexit,
    "io.ReadFull": _reads,
    "io.ReadAtLeast": _reads,
    "io.ReadAll": _reads,
    "io.Copy": _copies,
    "io.CopyN": _copies,
    "io.CopyBuffer": _copies,
}


# ---- methods


def method(lo: Lowering, bound: Method, args: list[Value], node: ast.Call, env: Env) -> Value:
    """A call of a method of a primitive, a context, a testing.T or something unknown."""
    receiver, name = bound.receiver, bound.name
    if isinstance(receiver, Prim):
        handler = _PRIMITIVES.get((receiver.kind, name))
        if handler is not None:
            return handler(lo, receiver, args, node, env)
        receiver.ambiguous = receiver.ambiguous or receiver.kind != "chan"
        return calls.unknown(lo, args)
    if isinstance(receiver, Context):
        if name != "Done":
            return Unknown()
        if receiver.never:
            return making.dead_channel(lo, node, "the Done of a context that never ends")
        return receiver.done if receiver.done is not None else bound
    if calls.is_testing(receiver):
        return _testing(lo, name, args, node)
    if name in FATAL_METHODS and not isinstance(receiver, Obj):
        lo.kill()
        return None
    if isinstance(receiver, Obj) and not receiver.external:
        lo.heap.escape(receiver)
    return calls.unknown(lo, args)


def _testing(lo: Lowering, name: str, args: list[Value], node: ast.Call) -> Value:
    if name in TEST_ENDS:
        lo.unwind(node, fails=TEST_ENDS[name])
    elif name == "Run" and len(args) == 2 and isinstance(args[1], Closure):
        param = args[1].literal.type.params if args[1].literal is not None else []
        test = Unknown(Ty(param[0].type, args[1].file)) if param else Unknown()
        calls.call_closure(lo, args[1], [test], node)
    elif name == "Cleanup" and args and isinstance(args[0], Closure):
        from goleaklint.explore.lowering import Deferred

        closure = args[0]
        outermost = lo.frames[0] if len(lo.frames) == 1 else lo.frames[1]
        flag: Prim | None = None
        if lo.frame.branching or lo.loops or outermost is not lo.frame:
            flag = lo.heap.prim((lo.frame.context, id(node)), "flag", "", None)
            lo.emit("set", flag, node)

        def clean_up() -> None:
            calls.call_closure(lo, closure, [], node)

        outermost.defers.append(Deferred(clean_up, flag))
    elif name not in {"Log", "Logf", "Error", "Errorf", "Helper", "Parallel", "Name", "Failed"}:
        return calls.unknown(lo, args)
    return Unknown()


def _lock(kind: str) -> Callable[..., Value]:
    def run(lo: Lowering, prim: Prim, args: list[Value], node: ast.Call, env: Env) -> Value:
        lo.emit(kind, prim, node)
        return None

    return run


def _try_lock(lo: Lowering, prim: Prim, args: list[Value], node: ast.Call, env: Env) -> Value:
    prim.ambiguous = True
    return Unknown()


def _add(lo: Lowering, prim: Prim, args: list[Value], node: ast.Call, env: Env) -> Value:
    amount = counts.amount(lo, node.args[0], env) if node.args else None
    if amount is None:
        prim.ambiguous = True
    else:
        lo.emit("add", prim, node, amount)
    return None


def _done(lo: Lowering, prim: Prim, args: list[Value], node: ast.Call, env: Env) -> Value:
    lo.emit("add", prim, node, -1)
    return None


def _wait(lo: Lowering, prim: Prim, args: list[Value], node: ast.Call, env: Env) -> Value:
    lo.emit("wait", prim, node)
    return None


def _wg_go(lo: Lowering, prim: Prim, args: list[Value], node: ast.Call, env: Env) -> Value:
    lo.emit("add", prim, node, 1)
    if args and isinstance(args[0], Closure):
        lo.spawn(args[0], [], node, after=lambda: lo.emit("add", prim, node, -1))
    else:
        prim.ambiguous = True
        calls.unknown(lo, args)
    return None


def _group_go(lo: Lowering, prim: Prim, args: list[Value], node: ast.Call, env: Env) -> Value:
    lo.emit("add", prim, node, 1)
    closure = args[0] if args else None
    if not isinstance(closure, Closure):
        prim.ambiguous = True
        return calls.unknown(lo, args)

    def after() -> None:
        if prim.context is not None and _may_return_error(closure):
            _maybe(lo, lambda: lo.emit("close", prim.context, node))
        lo.emit("add", prim, node, -1)

    first = len(lo.auto.edges)
    lo.spawn(closure, [], node, after=after)
    if _may_return_error(closure):
        guards.mark_group(lo, first)
    return Unknown()


def _may_return_error(closure: Closure) -> bool:
    """Whether a function given to errgroup.Go can return anything but nil."""
    from goleaklint.golang.walk import descend

    if closure.literal is None:
        return True
    returns = [n for n in descend(closure.literal.body, into_literals=False) if isinstance(n, ast.Return)]
    return any(not (r.values and isinstance(r.values[-1], ast.Name) and r.values[-1].name == "nil") for r in returns)


def _group_wait(lo: Lowering, prim: Prim, args: list[Value], node: ast.Call, env: Env) -> Value:
    lo.emit("wait", prim, node)
    if prim.context is not None:
        lo.emit("close", prim.context, node)
    return Unknown()


def _set_limit(lo: Lowering, prim: Prim, args: list[Value], node: ast.Call, env: Env) -> Value:
    return None


def _once_do(lo: Lowering, prim: Prim, args: list[Value], node: ast.Call, env: Env) -> Value:
    function = args[0] if args else None
    if prim.external:
        calls.apply(lo, function, [], node, env)
        return None
    start, first, after = lo.cur, lo.node(), lo.node()
    lo.edge(start, Op("once", prim, lo.place(node)), first)
    lo.edge(start, Op("again", prim, lo.place(node)), after)
    lo.cur = first
    calls.apply(lo, function, [], node, env)
    lo.goto(after)
    lo.cur = after
    return None


def _cond_wait(lo: Lowering, prim: Prim, args: list[Value], node: ast.Call, env: Env) -> Value:
    if prim.lock is not None:
        lo.emit("runlock" if prim.reads else "unlock", prim.lock, node)
    lo.emit("cwait", prim, node)
    if prim.lock is not None:
        lo.emit("rlock" if prim.reads else "lock", prim.lock, node)
    return None


def _rlocker(lo: Lowering, prim: Prim, args: list[Value], node: ast.Call, env: Env) -> Value:
    return lo.heap.value(("locker", prim.ident), lambda: Locker(prim))


_PRIMITIVES: dict[tuple[str, str], Callable[..., Value]] = {
    ("mutex", "Lock"): _lock("lock"),
    ("mutex", "Unlock"): _lock("unlock"),
    ("mutex", "TryLock"): _try_lock,
    ("rwmutex", "Lock"): _lock("lock"),
    ("rwmutex", "Unlock"): _lock("unlock"),
    ("rwmutex", "RLock"): _lock("rlock"),
    ("rwmutex", "RUnlock"): _lock("runlock"),
    ("rwmutex", "TryLock"): _try_lock,
    ("rwmutex", "TryRLock"): _try_lock,
    ("rwmutex", "RLocker"): _rlocker,
    ("wg", "Add"): _add,
    ("wg", "Done"): _done,
    ("wg", "Wait"): _wait,
    ("wg", "Go"): _wg_go,
    ("group", "Go"): _group_go,
    ("group", "TryGo"): _group_go,
    ("group", "Wait"): _group_wait,
    ("group", "SetLimit"): _set_limit,
    ("once", "Do"): _once_do,
    ("cond", "Wait"): _cond_wait,
    ("cond", "Signal"): _lock("signal"),
    ("cond", "Broadcast"): _lock("broadcast"),
}
