"""A wait under a lock that whoever would end it needs.

*Why it leaks*

A goroutine holds a lock while it waits for another one to close or fill a channel. If that other goroutine takes the
same lock on its way there, it waits for the lock, and the first one waits for it: neither ever goes on.

*Leaks*

    type group struct {
        mu    sync.Mutex
        in    chan int
        done  chan struct{}
        total int
    }

    func (g *group) start() {
        go func() {
            defer close(g.done)
            for n := range g.in {
                g.add(n)
            }
        }()
    }

    func (g *group) add(n int) {
        g.mu.Lock()
        defer g.mu.Unlock()
        g.total += n
    }

    func (g *group) stop() int {
        g.mu.Lock()
        defer g.mu.Unlock()
        close(g.in)
        <-g.done // want "GLK406"
        return g.total
    }

*Fixed*

    type group struct {
        mu    sync.Mutex
        in    chan int
        done  chan struct{}
        total int
    }

    func (g *group) start() {
        go func() {
            defer close(g.done)
            for n := range g.in {
                g.add(n)
            }
        }()
    }

    func (g *group) add(n int) {
        g.mu.Lock()
        defer g.mu.Unlock()
        g.total += n
    }

    func (g *group) stop() int {
        close(g.in)
        <-g.done
        g.mu.Lock()
        defer g.mu.Unlock()
        return g.total
    }

*What it does not see*

Sends, WaitGroups and conditions; channels that are no fields of an object of the package; and selects, whatever their
other cases are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.lock_effects import Event, Held, Site
from goleaklint.facts.lock_names import Path, place_of
from goleaklint.facts.lock_story import calls, finding, held_here, is_certain, name_of, span_of
from goleaklint.facts.lock_walk import Walk
from goleaklint.facts.locks import Locks, locks_of
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import bindings
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK406",
    name="wait-under-lock",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("chan receive", "sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock", "semacquire"),
)


def check(package: Package) -> Iterator[Finding]:
    """Receives under a lock, where every function that sends or closes takes that lock before it does."""
    locks = locks_of(package.facts)
    seen: set[Site] = set()
    for walk in locks.walks:
        for held, event in walk.pairs:
            if event.kind != "wait" or event.site in seen or not _is_one_object(held, event):
                continue
            partners = [_needed(locks, site, path, held) for site, path in _partners(package.facts, event, walk)]
            needed = [partner for partner in partners if partner is not None]
            if needed and len(needed) == len(partners):
                seen.add(event.site)
                yield _finding(walk, held, event, needed)


def _is_one_object(held: Held, event: Event) -> bool:
    """Whether lock and channel are reached from one object that the function was given."""
    lock, channel = held.place.path, event.place.path
    if held.place.made_here or not is_certain(held.place) or lock is None or channel is None:
        return False
    return lock[0] is channel[0] and bool(event.place.kind) and not event.place.kind.startswith(("local ", "var "))


def _partners(facts: PackageFacts, event: Event, walk: Walk) -> Iterator[tuple[Site, Path | None]]:
    """The sends and closes of the channel's field outside of tests, with the path of the channel there."""
    field = re.compile(rb"\b" + event.place.kind.rpartition(".")[2].encode() + rb"\b")
    for decl in facts.all_funcs(field):
        if decl.body is None or decl.file.is_test:
            continue
        known = bindings(facts, decl)
        for function in known.functions:
            for node in function.own():
                channel = _released(node)
                if channel is None:
                    continue
                place = place_of(known, channel)
                if place.kind == event.place.kind:
                    yield Site(known, node, function), place.path


def _released(node: ast.Node) -> ast.Expr | None:
    match node:
        case ast.Send():
            return node.channel
        case ast.Call(fun=ast.Name(name="close"), args=[channel]):
            return channel
    return None


def _needed(locks: Locks, site: Site, path: Path | None, held: Held) -> tuple[Site, Site] | None:
    """The partner, and the place at which it waits for the lock before it."""
    if path is None:
        return None
    late = any(isinstance(node, ast.Defer) and site.node in descend(node) for node in site.function.own())
    for event in locks.walk(site.function).effect.events:
        lock = event.place.path
        if event.kind != "lock" or event.place.kind != held.place.kind or "w" not in (event.mode, held.mode):
            continue
        first = event.chain[0] if event.chain else event.site
        if lock is not None and lock[0] is path[0] and (late or first.node.at < site.node.at):
            return site, event.site
    return None


def _finding(walk: Walk, held: Held, event: Event, needed: list[tuple[Site, Site]]) -> Finding:
    channel, lock = name_of(event.place), name_of(held.place)
    related = [held_here(held), *calls(event)]
    for partner, wait in needed[:3]:
        related.append(Related(Role.PARTNER, span_of(partner), f"this would end the wait on {channel}"))
        related.append(Related(Role.BLOCKS, span_of(wait), f"but {lock} is taken first, here"))
    # `if w.done { <-w.result }`: what it tests under the lock may say that the value is there.
    is_sure = any(one.site == event.site and one.sure for one in walk.effect.events)
    return finding(
        RULE,
        Confidence.MEDIUM if is_sure else Confidence.LOW,
        f"receive from {channel} under {lock}, which whoever sends on it or closes it takes first",
        event.site,
        related,
        is_test=walk.paths.known.file.is_test,
    )
