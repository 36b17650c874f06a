"""A method that is to end what its type started, and does not.

*Why it leaks*

The method walks a list of what is running and stops each of it, but nothing is ever put into the list: the call does
nothing, and the goroutines run on. Or the type has a method that ends its goroutine and that nobody calls, while
the one that callers see under the same name in upper case is that of an embedded type, and empty.

*Leaks*

    type server struct {
        running []*worker
    }

    type worker struct {
        quit chan struct{}
    }

    func (s *server) start() {
        w := &worker{quit: make(chan struct{})}
        go w.run()
    }

    func (w *worker) run() {
        <-w.quit
    }

    func (w *worker) stop() { close(w.quit) }

    func (s *server) stop() {
        for _, w := range s.running { // want "GLK804"
            w.stop()
        }
    }

*Fixed*

    type server struct {
        running []*worker
    }

    type worker struct {
        quit chan struct{}
    }

    func (s *server) start() {
        w := &worker{quit: make(chan struct{})}
        s.running = append(s.running, w)
        go w.run()
    }

    func (w *worker) run() {
        <-w.quit
    }

    func (w *worker) stop() { close(w.quit) }

    func (s *server) stop() {
        for _, w := range s.running {
            w.stop()
        }
    }

*What it does not see*

An exported field, which another package may fill. A list into which only some of what is started is put. A list whose
elements start no goroutine in view is told at low confidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.fills import elements, is_never_filled, type_name
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.references import references
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import Ty, canonical
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK804",
    name="powerless-close",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("select", "chan receive", "chan send"),
    fix="let the closing method close the channel, or call the cancel function, that its goroutine waits for",
)

_ENDS = re.compile(
    r"^(?:[Cc]lose|[Ss]top|[Ss]hut[Dd]own|[Dd]estroy|[Tt]ear[Dd]own|[Cc]ancel|[Cc]leanup|[Kk]ill)(?![a-z])"
)
_RANGE = re.compile(rb"\brange\s+\w+\.[a-z_]")
_GO = re.compile(rb"\bgo\s|\.Go\(")
_OWN = re.compile(r"^(?:close|stop|shutdown|cancel)$")


def check(package: Package) -> Iterator[Finding]:
    """Lists that are walked to stop their elements and never filled; closers that hide behind empty ones."""
    facts = package.facts
    for decl in facts.reported_funcs():
        if decl.recv is None or decl.file.is_test or decl.body is None or not _ENDS.match(decl.name):
            continue
        if _RANGE.search(decl.text):
            yield from _walked(bindings(facts, decl))
        if _OWN.match(decl.name):
            yield from _hidden(facts, decl)


def _walked(known: Bindings) -> Iterator[Finding]:
    """`for _, w := range s.running { w.stop() }` of a field into which nothing is put."""
    assert known.decl.body is not None
    for node in descend(known.decl.body):
        if not isinstance(node, ast.Range) or not isinstance(node.x, ast.Selector) or not _stops(known, node):
            continue
        field = known.facts.field(known.type_of(node.x.x), node.x.name)
        if field is None or node.x.name[:1].isupper() or field[1] not in known.facts.types:
            continue
        element = elements(known.facts, field[0])
        if element is not None and is_never_filled(known.facts, field[1], node.x.name):
            yield _walk_finding(known, node, node.x, element)


def _stops(known: Bindings, loop: ast.Range) -> bool:
    """Whether the body stops what the loop goes over: calls its closer, calls it, or closes it."""
    over = [known.var(name) for name in (loop.key, loop.value) if name is not None]
    for node in descend(loop.body):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.fun, ast.Selector) and _ENDS.match(node.fun.name):
            target: ast.Expr | None = node.fun.x
        else:
            target = node.args[0] if known.api(node) == "close" and node.args else node.fun
        while isinstance(target, ast.Selector):
            target = target.x
        if isinstance(target, ast.Index) and len(target.index) == 1:
            target = target.index[0]  # `for i := range s.running { s.running[i].stop() }`
        var = known.var(target)
        if var is not None and var in over:
            return True
    return False


def _walk_finding(known: Bindings, loop: ast.Range, field: ast.Selector, element: Ty) -> Finding:
    started = [*_started(known.facts, type_name(element))]
    sure = bool(started) or canonical(element) in ("context.CancelFunc", "context.CancelCauseFunc")
    label = known.file.text(field).decode("utf-8", "replace")
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity if sure else Severity.NOTE,
        confidence=Confidence.MEDIUM if sure else Confidence.LOW,
        message=f"{known.decl.name} stops what is in {label}, and nothing is ever put into it",
        span=known.file.span(loop.at, loop.x.end),
        function=known.qualified(known.functions[0]),
        related=tuple(started[:3]),
    )


def _started(facts: PackageFacts, owner: str) -> Iterator[Related]:
    """The goroutines that run a method of a type, or are started by one."""
    if not owner:
        return
    for decl in facts.all_funcs():
        if decl.body is None or decl.file.is_test or not _GO.search(decl.text):
            continue
        known = bindings(facts, decl)
        for node in descend(decl.body):
            if not isinstance(node, ast.Go) or not isinstance(node.call, ast.Call):
                continue
            callee = known.callee(node.call)
            if decl.recv_type == owner or (callee is not None and callee.recv_type == owner):
                yield Related(Role.CREATION, known.head(node), "the goroutine is created here")


def _hidden(facts: PackageFacts, decl: FuncDecl) -> Iterator[Finding]:
    """`func (t *T) stop()`, which nobody calls, where `t.Stop()` is the empty one of an embedded type."""
    shown = decl.name[:1].upper() + decl.name[1:]
    owner = decl.recv_type
    if owner not in facts.types or (owner, shown) in facts.methods or not _ends_something(decl):
        return
    found = facts.method(Ty(facts.types[owner].type, facts.types[owner].file), shown)
    if found is None or not found[1] or found[0].body is None or found[0].body.body:
        return
    started = [*_started(facts, owner)]
    if not started or references(facts, decl) != []:
        return
    known, other = bindings(facts, decl), bindings(facts, found[0])
    yield Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=RULE.confidence,
        message=f"nobody calls {decl.name} of {owner}, and its {shown} is the empty one of {found[0].recv_type}",
        span=known.file.span(decl.at, decl.body.at if decl.body is not None else decl.end),
        function=known.qualified(known.functions[0]),
        related=(
            *started[:3],
            Related(Role.PARTNER, other.file.span(found[0].at, found[0].end), f"{shown} does nothing"),
        ),
    )


def _ends_something(decl: FuncDecl) -> bool:
    return re.search(rb"\bclose\(|\b[cC]ancel\w*\(|<-", decl.text) is not None
