"""Two locks that are taken in one order here and in the other order there.

*Why it leaks*

A goroutine holds the first lock and waits for the second; another one holds the second and waits for the first. Neither
ever goes on, nor does anybody who comes to one of the locks later.

*Leaks*

    type exchange struct {
        orders sync.Mutex
        prices sync.Mutex
        n      int
    }

    func (e *exchange) order() {
        e.orders.Lock()
        defer e.orders.Unlock()
        e.prices.Lock() // want "GLK405"
        e.n++
        e.prices.Unlock()
    }

    func (e *exchange) reprice() {
        e.prices.Lock()
        defer e.prices.Unlock()
        e.orders.Lock()
        e.n--
        e.orders.Unlock()
    }

*Fixed*

    type exchange struct {
        orders sync.Mutex
        prices sync.Mutex
        n      int
    }

    func (e *exchange) order() {
        e.orders.Lock()
        defer e.orders.Unlock()
        e.prices.Lock()
        e.n++
        e.prices.Unlock()
    }

    func (e *exchange) reprice() {
        e.orders.Lock()
        defer e.orders.Unlock()
        e.prices.Lock()
        e.n--
        e.prices.Unlock()
    }

*What it does not see*

Circles of more than two locks, and the locks of two objects of one type. Where it is not sure that both places mean
the same two objects, or where a third lock may keep the two apart, the confidence is low.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from goleaklint.explore.package import Package
from goleaklint.facts.lock_effects import Event, Held
from goleaklint.facts.lock_story import calls, finding, held_here, name_of, span_of
from goleaklint.facts.lock_walk import Walk
from goleaklint.facts.locks import Locks, locks_of
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK405",
    name="lock-order",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock", "semacquire"),
    fix="take the two locks in the same order everywhere, or let go of the first before the second",
)


class _Edge(NamedTuple):
    """`event` takes a lock while `held` is held; `is_close` when both are reached from one object."""

    walk: Walk
    held: Held
    event: Event
    is_close: bool


def check(package: Package) -> Iterator[Finding]:
    """Pairs of locks of which each is taken while the other one is held; one finding for each pair."""
    locks = locks_of(package.facts)
    report = package.facts.unit.report
    if not any(event.site.known.file.path in report for event in _reported(locks)):
        return
    edges, gates = _edges(locks)
    for (first, second), one in edges.items():
        if first > second:
            continue
        for edge in one:
            other = next((back for back in edges.get((second, first), ()) if _conflict(edge, back)), None)
            if other is not None:
                yield _finding(edge, other, gates)
                break


def _reported(locks: Locks) -> Iterator[Event]:
    """What a finding may be about, before the whole package is walked for the other half of the pair."""
    for walk in locks.reported:
        yield from (event for held, event in walk.pairs if _kinds(held, event))


def _kinds(held: Held, event: Event) -> tuple[str, str] | None:
    """The kinds of two different locks that may be a pair."""
    one, other = held.place.kind, event.place.kind
    if event.kind != "lock" or one == other or held.place.made_here or _is_local(one) or _is_local(other):
        return None
    return one, other


def _edges(locks: Locks) -> tuple[dict[tuple[str, str], list[_Edge]], dict[object, set[str]]]:
    """The edges by the kinds of their two locks, the surest first, and what may be held at each place that locks."""
    edges: dict[tuple[str, str], list[_Edge]] = defaultdict(list)
    gates: dict[object, set[str]] = defaultdict(set)
    for walk in locks.walks:
        for held, event in walk.pairs:
            if event.kind != "lock":
                continue
            gates[event.site] |= {one.place.kind for one in event.held}
            kinds = _kinds(held, event)
            if kinds is not None:
                edges[kinds].append(_Edge(walk, held, event, _is_close(held, event)))
    for found in edges.values():
        found.sort(key=lambda edge: (not edge.is_close, not edge.event.sure, len(edge.event.chain)))
    return edges, gates


def _is_local(kind: str) -> bool:
    return not kind or kind.startswith("local ")


def _is_close(held: Held, event: Event) -> bool:
    one, other = held.place.path, event.place.path
    if one is None or other is None:
        return False
    return one[0] is other[0] or (isinstance(one[0], str) and isinstance(other[0], str))


def _retakes(edge: _Edge) -> bool:
    """Whether the lock was let go for a while and is taken again: `held` was taken under it."""
    return edge.event.place.path is not None and edge.event.place.path in edge.event.released


def _conflict(edge: _Edge, back: _Edge) -> bool:
    """Whether each of the two waits for what the other holds: readers do not wait for readers."""
    return "w" in (edge.event.mode, back.held.mode) and "w" in (back.event.mode, edge.held.mode)


def _finding(edge: _Edge, back: _Edge, gates: dict[object, set[str]]) -> Finding:
    name, held = name_of(edge.event.place), name_of(edge.held.place)
    if name == held:
        name, held = edge.event.place.kind, edge.held.place.kind
    pair = {edge.held.place.kind, edge.event.place.kind}
    common = (gates[edge.event.site] & gates[back.event.site]) - pair
    is_same = (edge.is_close and back.is_close) or (edge.walk is back.walk and (_retakes(edge) or _retakes(back)))
    # What a callee locks under a condition may be what its caller's state rules out.
    is_sure = is_same and edge.event.sure and back.event.sure
    related = [
        held_here(edge.held),
        *calls(edge.event),
        held_here(back.held),
        *calls(back.event),
        Related(Role.BLOCKS, span_of(back.event.site), f"{held} is taken here while {name} is held"),
    ]
    return finding(
        RULE,
        Confidence.MEDIUM if is_sure and not common else Confidence.LOW,
        f"{name} is locked while {held} is held, and elsewhere {held} while {name} is",
        edge.event.site,
        related,
        is_test=edge.walk.paths.known.file.is_test and back.walk.paths.known.file.is_test,
    )
