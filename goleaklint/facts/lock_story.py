"""How a finding about a lock tells its story: where it is held, by which calls, and who hangs with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from goleaklint.facts.lock_effects import Event, Held, Site
from goleaklint.facts.lock_names import Place, once_of
from goleaklint.facts.lock_walk import Walk
from goleaklint.facts.locks import Locks
from goleaklint.facts.parents import parents
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity, Span

MOST_HANGING = 4


def span_of(site: Site) -> Span:
    """The span of a place, cut at the end of its first line."""
    return site.known.head(site.node)


def name_of(place: Place) -> str:
    """The name of a lock in messages: as the source calls it, else its field."""
    return place.name or place.kind.rpartition(".")[2]


def held_here(held: Held) -> Related:
    """Where the lock was taken."""
    if _runs_once(held):
        return Related(Role.HELD, span_of(held.site), f"{name_of(held.place)} runs its function here")
    how = "read-locked" if held.mode == "r" else "locked"
    return Related(Role.HELD, span_of(held.site), f"{name_of(held.place)} is {how} here and still held")


def _runs_once(held: Held) -> bool:
    node = held.site.node
    return isinstance(node, ast.Call) and once_of(held.site.known, node) is not None


def calls(event: Event) -> Iterator[Related]:
    """The calls that lead from the function that holds the lock to the operation."""
    for number, site in enumerate(event.chain):
        text = "this call leads to it" if number == 0 else "and this one"
        yield Related(Role.PARTNER, span_of(site), text)


def hanging(locks: Locks, place: Place, but: Iterable[Span], modes: str = "wr") -> Iterator[Related]:
    """The other places that wait for a lock that nobody unlocks any more."""
    seen = set(but)
    count = 0
    for mode, site in locks.takes.get(place.kind, ()):
        span = span_of(site)
        if span in seen or mode not in modes or site.known.file.is_test:
            continue
        seen.add(span)
        yield Related(Role.BLOCKS, span, "and so does everybody who comes here")
        count += 1
        if count == MOST_HANGING:
            return


def is_certain(place: Place) -> bool:
    """Whether the path names one lock for sure: no element of a map or slice in it."""
    return place.path is not None and not any(isinstance(step, tuple) for step in place.path)


def optional_unlock(walk: Walk, place: Place) -> bool:
    """Whether an `if` without `else` unlocks and goes on: what it tests may stand for who holds the lock."""
    for node in walk.function.own():
        if not isinstance(node, ast.If) or node.orelse is not None or not node.then.body:
            continue
        if isinstance(node.then.body[-1], ast.Return | ast.Branch):
            continue
        kinds: set[str] = set()
        for stmt in node.then.body:
            point = walk.paths.point_of.get(stmt)
            for step in walk.steps.of(point) if point is not None else ():
                if step.place is not None and step.place.path == place.path:
                    kinds.add(step.kind)
        if kinds == {"unlock"}:
            return True
    return False


def finding(
    rule: Rule, confidence: Confidence, message: str, site: Site, related: Iterable[Related], *, is_test: bool
) -> Finding:
    """A finding at the operation that blocks."""
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=Severity.NOTE if is_test else rule.severity,
        confidence=confidence,
        message=message,
        span=span_of(site),
        function=site.known.qualified(site.function),
        related=tuple(related),
    )


def _is_conditional(site: Site) -> bool:
    """Whether a place stands in a branch of its function."""
    return any(isinstance(outer, ast.If | ast.Case) for outer in parents(site.known).within(site.node))


def asked_again(
    locks: Locks, is_wanted: Callable[[Held, Event], bool]
) -> Iterator[tuple[Confidence, Walk, Held, Event]]:
    """Locks that the goroutine holds already and asks for again: for each place that asks, the surest case."""
    best: dict[Site, tuple[Confidence, Walk, Held, Event]] = {}
    for walk in locks.reported:
        for held, event in walk.pairs:
            if event.kind != "lock" or event.place.path != held.place.path or held.place.made_here:
                continue
            if not is_wanted(held, event):
                continue
            found = (_again(walk, held, event), walk, held, event)
            before = best.get(event.site)
            if before is None or before[0] < found[0]:
                best[event.site] = found
    yield from best.values()


def _again(walk: Walk, held: Held, event: Event) -> Confidence:
    """How sure it is that a lock that is held is asked for again."""
    if not is_certain(held.place):
        return Confidence.LOW
    if not event.chain and optional_unlock(walk, held.place):
        return Confidence.LOW
    if event.sure:
        return Confidence.HIGH
    if event.chain and _is_conditional(event.site):
        return Confidence.LOW  # what a callee locks under a condition may be what its caller's state rules out
    most = 4 if event.composed else 2  # a callback: the call that it is given to, and its own
    most += _runs_once(held)  # Do is a call, too
    return Confidence.MEDIUM if len(event.chain) < most else Confidence.LOW
