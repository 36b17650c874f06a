"""A read lock that Unlock gives back, or a write lock that RUnlock gives back.

*Why it leaks*

Unlock of a sync.RWMutex that is read-locked is an error that cannot be recovered from ("Unlock of unlocked RWMutex")
when no writer is about. When one waits for the readers, it is worse: Unlock takes it for the writer, lets the next
readers in, and the waiting writer is never woken, nor any writer after it. RUnlock of a write lock ends the process in
every case.

*Leaks*

    type table struct {
        mu   sync.RWMutex
        rows map[string]int
    }

    func (t *table) get(key string) int {
        t.mu.RLock()
        defer t.mu.Unlock() // want "GLK407"
        return t.rows[key]
    }

    func (t *table) set(key string, value int) {
        t.mu.Lock()
        defer t.mu.Unlock()
        t.rows[key] = value
    }

*Fixed*

    type table struct {
        mu   sync.RWMutex
        rows map[string]int
    }

    func (t *table) get(key string) int {
        t.mu.RLock()
        defer t.mu.RUnlock()
        return t.rows[key]
    }

    func (t *table) set(key string, value int) {
        t.mu.Lock()
        defer t.mu.Unlock()
        t.rows[key] = value
    }

*What it does not see*

A lock that one function takes and another one, which does not call it, gives back. Locks of the elements of maps and
slices, of which it is not sure that they are one. Locks that only look like a sync.RWMutex.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.package import Package
from goleaklint.facts.lock_effects import Held, Site
from goleaklint.facts.lock_names import is_rw
from goleaklint.facts.lock_story import finding, hanging, held_here, is_certain, name_of, span_of
from goleaklint.facts.lock_walk import Walk
from goleaklint.facts.locks import Locks, locks_of
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK407",
    name="wrong-unlock",
    severity=Severity.ERROR,
    since="0.2.0",
    wait_reasons=("sync.RWMutex.Lock", "sync.Mutex.Lock", "semacquire"),
    fix="give the lock back by the method of the same kind: RLock with RUnlock, Lock with Unlock",
)


def check(package: Package) -> Iterator[Finding]:
    """Locks that are given back by the method of the other kind, in the function that has taken them."""
    locks = locks_of(package.facts)
    for walk in locks.reported:
        for site, held in walk.mistaken.items():
            if is_certain(held.place) and _is_direct(site) and _is_direct(held.site):
                yield _finding(locks, walk, site, held)


def _is_direct(site: Site) -> bool:
    """Whether the lock's own method is called there, and not a function that may have given the lock another state."""
    node, known = site.node, site.known
    if not isinstance(node, ast.Call) or not isinstance(node.fun, ast.Selector):
        return False
    ty = known.type_of(node.fun.x)
    is_embedded = known.facts.method(ty, node.fun.name) is None and known.facts.embedded_primitive(ty, ("rwmutex",))
    return is_rw(known, node) or bool(is_embedded)


def _finding(locks: Locks, walk: Walk, site: Site, held: Held) -> Finding:
    name = name_of(held.place)
    taken, method = ("read-locked", "Unlock") if held.mode == "r" else ("locked", "RUnlock")
    related = [held_here(held)]
    related += hanging(locks, held.place, [span_of(site), related[0].span], "w")
    return finding(
        RULE,
        Confidence.HIGH,
        f"{name} is {taken}, but {method} gives it back",
        site,
        related,
        is_test=walk.paths.known.file.is_test,
    )
