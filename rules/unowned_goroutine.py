"""A goroutine that nothing can end.

*Why it leaks*

Its loop has no return, no break and no condition, so it runs as long as the process does, whoever started it and
whatever has become of its owner. When it waits only for the clock, no channel that others could close or cancel is
even asked. Stopping a ticker does not help: `Stop` does not close its channel (package time, "Ticker.Stop"). Nor does
closing what the loop reads, when it swallows the error and reads again: every call fails from then on. A loop that asks
for a flag which no code ever sets has no condition either.

*Leaks*

    type cache struct {
        mu      sync.Mutex
        entries map[string]time.Time
    }

    func newCache() *cache {
        c := &cache{entries: map[string]time.Time{}}
        go c.expire() // want "GLK801"
        return c
    }

    func (c *cache) expire() {
        ticker := time.NewTicker(time.Minute)
        defer ticker.Stop()
        for range ticker.C {
            c.mu.Lock()
            clear(c.entries)
            c.mu.Unlock()
        }
    }

*Fixed*

    type cache struct {
        mu      sync.Mutex
        entries map[string]time.Time
        done    chan struct{}
    }

    func newCache() *cache {
        c := &cache{entries: map[string]time.Time{}, done: make(chan struct{})}
        go c.expire()
        return c
    }

    func (c *cache) close() { close(c.done) }

    func (c *cache) expire() {
        ticker := time.NewTicker(time.Minute)
        defer ticker.Stop()
        for {
            select {
            case <-ticker.C:
                c.mu.Lock()
                clear(c.entries)
                c.mu.Unlock()
            case <-c.done:
                return
            }
        }
    }

*What it does not see*

A goroutine that could end but whose owner never asks it to. A loop in a function of another package. What is started in
`main`, in `init` or once for the process is meant to live as long as it; so is what a function starts that never comes
back itself. What only one place of the module starts, by which a command comes once, is told at low confidence; so is a
loop over a source that nobody in view closes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from goleaklint.explore.package import Package
from goleaklint.facts import apis, lifetime
from goleaklint.facts.clock_stops import clock_stops, is_clock
from goleaklint.facts.functions import Function
from goleaklint.facts.idle_closers import idle_closers
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.sources import Source, closed_at, is_alone, source
from goleaklint.facts.types import Ty, canonical
from goleaklint.facts.unchanging import reachable, unchanging
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity, Span

RULE = Rule(
    code="GLK801",
    name="unowned-goroutine",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.1.0",
    wait_reasons=("select", "sleep", "chan receive"),
    fix="give the goroutine a context or a quit channel to select on, and end it in the type's Close",
)

_GO = re.compile(rb"\bgo\s|\.Go\(")
_MAY_STAY = re.compile(rb"\bfor\b[^;{]*\{|\bfor\b[^{]*\btrue\s*\{|\bfor\s*;")
_STARTERS = frozenset({"(sync.WaitGroup).Go", "(golang.org/x/sync/errgroup.Group).Go"})
_EXITS = re.compile(rb"\bos\.Exit\(|\.Exit[A-Z]?\w*\(|\.Fatal|\bcobra\.Command\b")
_CLOSERS = (
    "Close",
    "Stop",
    "Shutdown",
    "Cleanup",
    "Destroy",
    "Release",
    "Cancel",
    "close",
    "stop",
    "shutdown",
    "cleanup",
)
_CLOSER = re.compile(r"^(?:[Cc]lose|[Ss]top|[Ss]hutdown|[Dd]estroy|[Tt]ear[Dd]own)(?![a-z])")
_DEEP = 3  # calls followed to find the loop
_MOST_WAITS = 3


@dataclass(slots=True)
class _Life:
    """What a function does until it ends: whether it can end, and what it waits for on the way."""

    can_end: bool = True
    timers: list[Span] = field(default_factory=list)
    others: list[Span] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    stops: list[Span] = field(default_factory=list)  # where others stop a ticker that it waits for
    fixed: list[Span] = field(default_factory=list)  # conditions that would let it end, and that nothing changes
    made: bool = False  # whether a channel that it waits for is made in the declaration itself


def check(package: Package) -> Iterator[Finding]:
    """Go statements whose function never ends."""
    facts = package.facts
    for decl in facts.reported_funcs(_GO):
        if decl.name in lifetime.PROCESS_WIDE and decl.recv is None:
            continue
        known = bindings(facts, decl)
        for function in known.functions:
            for node in function.own():
                call = _started(known, node)
                body = _body(known, call) if call is not None else None
                if call is None or body is None or _is_for_process(known, function):
                    continue
                life = _life(*body)
                if life.can_end or not (life.timers or life.others or life.sources):
                    continue
                if not _is_kept_by(known, function, node):
                    yield _finding(known, function, node, call, life, body[0].decl)


def _started(known: Bindings, node: ast.Node) -> ast.Expr | None:
    """The call of a go statement, or the function that a starter such as `wg.Go` is given."""
    if isinstance(node, ast.Go):
        return node.call
    if isinstance(node, ast.Call) and node.args and known.api(node) in _STARTERS:
        return node.args[0]
    return None


def _body(known: Bindings, call: ast.Expr) -> tuple[Bindings, Function] | None:
    """The function that a goroutine runs, if it is in view."""
    fun = call.fun if isinstance(call, ast.Call) else call
    var = known.var(fun)
    if var is not None and len(var.stores) == 1:
        fun = var.value or fun
    if isinstance(fun, ast.FuncLit):
        return next(((known, one) for one in known.functions if one.node is fun), None)
    callee = known.callee(call)
    return _declared(known.facts, callee) if callee is not None else None


def _is_kept_by(known: Bindings, function: Function, start: ast.Node) -> bool:
    """Whether what starts the goroutine never comes back itself, and starts it once: it lives as long as its owner."""
    if _life(known, function).can_end:
        return False
    paths = Paths(known, function)
    place = paths.place(start)
    return place is not None and not paths.leads(place, place)


def _declared(facts: PackageFacts, decl: FuncDecl) -> tuple[Bindings, Function] | None:
    if decl.body is None or not _MAY_STAY.search(decl.text):
        return None
    known = bindings(facts, decl)
    return (known, known.functions[0]) if known.functions else None


def _life(known: Bindings, function: Function, depth: int = 0) -> _Life:
    life = _Life(can_end=False)

    def stays(call: ast.Call) -> bool:
        callee = known.callee(call) if depth < _DEEP else None
        body = _declared(known.facts, callee) if callee is not None and callee is not known.decl else None
        inner = _life(*body, depth + 1) if body is not None else _Life()
        if not inner.can_end:
            life.timers += inner.timers
            life.others += inner.others
            life.sources += inner.sources
            life.stops += inner.stops
            life.fixed += inner.fixed
        return not inner.can_end

    paths = Paths(known, function, endless=lambda node: is_clock(known, node.x), stays=stays)
    for point in reachable(paths):
        if point.kind in ("return", "dies", "fails", "blocks") or _may_die(known, point):
            return _Life()
        _add_waits(known, function, point, life)
        if unchanging(known, point.node) is not None:
            life.fixed += [known.head(part) for part in point.parts[:1]]
    # `func (c *cache) run() { defer c.ticker.Stop(); c.loop() }`: the goroutine itself stops what it waits for.
    own = known.file.span(
        *((function.node.at, function.node.end) if function.node else (known.decl.at, known.decl.end))
    )
    life.stops = [at for at in life.stops if at.path != own.path or not own.line <= at.line <= own.end_line]
    return life


def _may_die(known: Bindings, point: Point) -> bool:
    """Whether a literal that is called or deferred here may end the process, so that the loop is not all there is."""
    return any(
        isinstance(inner, ast.Call) and known.ending(inner) != ""
        for part in point.parts
        for inner in descend(part)
        if inner is not part
    )


def _add_waits(known: Bindings, function: Function, point: Point, life: _Life) -> None:
    if isinstance(point.node, ast.Range):
        over = known.facts.underlying(known.type_of(point.node.x))
        of_clock = is_clock(known, point.node.x)
        if of_clock:
            life.stops += clock_stops(known, point.node.x, function)
        if of_clock or (over is not None and isinstance(over.node, ast.ChanType)):
            (life.timers if of_clock else life.others).append(known.file.span(point.node.at, point.node.x.end))
    for part in point.parts:
        read = source(known, part)
        if read is not None:
            life.sources.append(read)
        for node in descend(part, into_literals=False):
            if isinstance(node, ast.Go | ast.Defer):
                break
            if isinstance(node, ast.Send):
                life.others.append(known.head(node))
                life.made = life.made or _is_made(known, node.channel)
            elif isinstance(node, ast.Unary) and node.op == "<-":
                (life.timers if is_clock(known, node.x) else life.others).append(known.head(node))
                life.stops += clock_stops(known, node.x, function)
                life.made = life.made or _is_made(known, node.x)
            elif isinstance(node, ast.Call) and known.api(node) == "time.Sleep":
                life.timers.append(known.head(node))


def _is_made(known: Bindings, channel: ast.Expr) -> bool:
    """Whether a channel is a variable of the declaration, which makes it: nobody else has it, then, by another name."""
    var = known.var(channel)
    made = var.value if var is not None and len(var.stores) == 1 and not var.ranged else None
    return isinstance(made, ast.Call) and known.api(made) == "make"


def _is_for_process(known: Bindings, function: Function) -> bool:
    """Started once for the process: under a sync.Once, for a package variable, or by an init."""
    facts, decl = known.facts, known.decl
    if any(outer.node is not None and _is_once(known, outer.node) for outer in function.enclosing()):
        return True
    if decl.recv is not None:
        return False
    call = re.compile(rb"\b" + re.escape(decl.name.encode()) + rb"\(")
    for file in facts.unit.files:
        if any(not value.const and call.search(file.data, value.at, value.end) for value in file.values):
            return True
        if any(func.name == "init" and call.search(func.text) for func in file.funcs):
            return True
    return False


def _is_command(known: Bindings) -> bool:
    """What exits the process is a command's code; its goroutines may well live as long as it does."""
    return known.facts.unit.package == "main" or _EXITS.search(known.decl.text) is not None


def _has_shorter_owner(known: Bindings, function: Function, body: FuncDecl) -> bool:
    """Whether what the goroutine works for may end before the process: a new value, one that can be closed, a call.

    `func (s *syncer) start()` of a type that nobody can stop is as a rule called once, by the program's own start.
    """
    facts, decl = known.facts, known.decl
    if any(known.facts.declared(Ty(result.type, decl.file)) is not None for result in decl.type.results):
        return True
    if any((one.recv_type, name) in facts.methods for one in (decl, body) for name in _CLOSERS):
        return True
    params = [canonical(param.type) for outer in function.enclosing() for param in outer.params]
    return apis.CONTEXT in params or apis.REQUEST in params


def _is_once(known: Bindings, literal: ast.FuncLit) -> bool:
    assert known.decl.body is not None
    return any(
        isinstance(node, ast.Call)
        and literal in node.args
        and isinstance(node.fun, ast.Selector)
        and node.fun.name in ("Do", "OnceFunc", "OnceValue", "OnceValues")
        for node in descend(known.decl.body)
    )


def _finding(
    known: Bindings, function: Function, node: ast.Node, call: ast.Expr, life: _Life, body: FuncDecl
) -> Finding:
    ends = [(read, closed_at(read, (known, call))) for read in life.sources]
    message = "nothing can end this goroutine"
    if life.sources:
        message += f", which goes on when {life.sources[0].text} fails"
    elif not life.others:
        message += ", which waits only for the clock"
    sure = _is_sure(known, function, call, life, body, any(end is not None for _, end in ends))
    severe = sure and not known.file.is_test
    waits = [Related(Role.BLOCKS, at, "it waits here, again and again") for at in sorted({*life.timers, *life.others})]
    reads = [Related(Role.BLOCKS, read.span, "an error of this call is swallowed") for read in life.sources]
    closes = [Related(Role.PARTNER, end, f"{read.text} is closed here") for read, end in ends if end is not None]
    fixed = [Related(Role.PARTNER, at, "nothing ever changes this") for at in dict.fromkeys(life.fixed)]
    stops = [Related(Role.PARTNER, at, "Stop does not close C: the wait goes on") for at in dict.fromkeys(life.stops)]
    idle = [*idle_closers(known.facts, {known.decl.recv_type, body.recv_type} - {""})]
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity if severe else Severity.NOTE,
        confidence=Confidence.MEDIUM if sure else Confidence.LOW,
        message=message,
        span=known.head(node),
        function=known.qualified(function),
        related=(*reads[:_MOST_WAITS], *closes[:1], *fixed[:1], *stops[:1], *idle[:1], *waits[:_MOST_WAITS]),
    )


def _is_sure(known: Bindings, function: Function, call: ast.Expr, life: _Life, body: FuncDecl, is_closed: bool) -> bool:
    if known.file.is_test:
        if b"os.Exit(" in known.decl.text:
            return False  # a test that runs itself as a process
        # The channel and the source of a test are its own: no other test can end what waits for them.
        return _is_test(known.decl) and body is known.decl and (life.made or is_closed)
    if _is_command(known):
        return False
    if life.sources:
        owners = {one.recv_type for one in (known.decl, body)} - {""}
        closers = [name for owner, name in known.facts.methods if owner in owners]
        alone = not life.others and all(is_alone(read, (known, call)) for read in life.sources)
        sure = is_closed or (alone and any(_CLOSER.match(name) for name in closers))
        return sure and not lifetime.happens_once(known.facts, known.decl)
    # Who stops the ticker from outside believes that this ends the goroutine; it never gets a tick again. Whoever wrote
    # a condition that nothing changes meant it to end, too.
    sure = not life.others and (bool(life.stops) or bool(life.fixed) or _has_shorter_owner(known, function, body))
    return sure and not lifetime.happens_once(known.facts, known.decl)


def _is_test(decl: FuncDecl) -> bool:
    return decl.name.startswith(("Test", "Benchmark", "Fuzz"))
