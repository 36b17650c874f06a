"""A send on a field, or a receive from it, whose partners may have stopped before.

*Why it leaks*

Everybody who could receive does so in a select that also ends the function: on a stop channel, on a context, by the
clock; or in a loop that an error ends; or one value at a time, for callers who close the whole and never come back.
Once they have ended, nothing drains the channel, and a send that has no other way on waits for ever. The same holds
for a receive when all senders can end, and nobody closes the channel.

*Leaks*

    type node struct {
        ticks chan int
        stop  chan struct{}
    }

    func newNode() *node {
        n := &node{ticks: make(chan int), stop: make(chan struct{})}
        go n.run()
        go n.tick()
        return n
    }

    func (n *node) run() {
        for {
            select {
            case <-n.ticks:
            case <-n.stop:
                return
            }
        }
    }

    func (n *node) tick() {
        for i := 0; i < 10; i++ {
            n.ticks <- i // want "GLK109"
        }
    }

    func (n *node) close() { close(n.stop) }

*Fixed*

    type node struct {
        ticks chan int
        stop  chan struct{}
    }

    func newNode() *node {
        n := &node{ticks: make(chan int), stop: make(chan struct{})}
        go n.run()
        go n.tick()
        return n
    }

    func (n *node) run() {
        for {
            select {
            case <-n.ticks:
            case <-n.stop:
                return
            }
        }
    }

    func (n *node) tick() {
        for i := 0; i < 10; i++ {
            select {
            case n.ticks <- i:
            case <-n.stop:
                return
            }
        }
    }

    func (n *node) close() { close(n.stop) }

*What it does not see*

An exported field; a channel that is passed on, or that is given to the type from outside. Where callers decide when to
send and when to stop, or the context that stops comes from outside, the finding is of low confidence: they may know
better, and the context may be that of the process.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from goleaklint.explore.overlap import is_new
from goleaklint.explore.package import Package
from goleaklint.facts import apis, lifetime
from goleaklint.facts.context_fixes import select_on_context
from goleaklint.facts.departures import Departure, departure
from goleaklint.facts.field_uses import slots, waited_slots
from goleaklint.facts.fields import Slot, Slots, Use
from goleaklint.facts.parents import parents
from goleaklint.facts.slot_story import finding, room
from goleaklint.facts.spawns import spawns
from goleaklint.facts.stops import is_held, is_ignored, is_own, is_stream, pull
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK109",
    name="abandoned-field",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    fixable=True,
    since="0.2.0",
    wait_reasons=("chan send", "chan receive"),
    fix="let both ends select on one context too, or close the channel once its last sender is done",
)

_RECEIVES = ("recv", "range")


def check(package: Package) -> Iterator[Finding]:
    """Operations with no other way on, all of whose partners can end first."""
    for slot in waited_slots(package.facts, "chan"):
        if not slot.is_made:
            continue
        found = slots(package.facts)
        for use, left in [*_sends(found, slot), *_receives(found, slot)]:
            if use.exact and is_new(package, use, {"send", "recv", "range"}):
                yield _finding(found, slot, use, left)


def _sends(all_slots: Slots, slot: Slot) -> Iterator[tuple[Use, list[Departure]]]:
    if slot.outside.intersection(_RECEIVES) or room(slot) is None:
        return
    is_full = room(slot) == 0  # else the buffer is full only when a loop has filled it; each element has its own
    sends = [use for use in slot.of("send") if use.is_bare and (is_full or (not slot.depth and _is_repeated(use)))]
    left = _departures(all_slots, slot, _RECEIVES) if sends else []
    pulls = [one.use for one in left if one.is_pull]
    yield from ((use, left) for use in sends if left and not _knows(use, left) and is_stream(use, pulls))


def _receives(all_slots: Slots, slot: Slot) -> Iterator[tuple[Use, list[Departure]]]:
    if slot.has("close") or slot.outside.intersection({"send"}) or room(slot) != 0:
        return  # what is received from a buffer may be one's own: a semaphore
    receives = [use for use in slot.of("recv") if use.is_bare and not _is_endless(use)]
    left = _departures(all_slots, slot, ("send",)) if receives else []
    yield from ((use, left) for use in receives if left and not _knows(use, left))


def _departures(all_slots: Slots, slot: Slot, kinds: tuple[str, ...]) -> list[Departure]:
    """How each partner departs; nothing when one of them stays."""
    left: list[Departure] = []
    for use in slot.of(*kinds):
        one = departure(all_slots, slot, use, kinds) or (pull(all_slots, use) if kinds == _RECEIVES else None)
        if one is None:
            return []
        left.append(one)
    return left


def _knows(use: Use, left: list[Departure]) -> bool:
    """Whether the function itself tells the partners to end: then it has nothing more to send."""
    stops = [one for departed in left if departed.by is not None for one in departed.by.of("close", "send")]
    return any(stop.known.decl is use.known.decl for stop in stops) or _cancels(use)


def _cancels(use: Use) -> bool:
    body = use.known.decl.body
    assert body is not None
    calls = (node for node in descend(body) if isinstance(node, ast.Call))
    return any(use.known.is_a(call.fun, *apis.CANCEL_TYPES) for call in calls)


def _is_repeated(use: Use) -> bool:
    return any(isinstance(outer, ast.For | ast.Range) for outer in parents(use.known).within(use.node))


def _is_endless(use: Use) -> bool:
    """A loop without condition waits for the next value; it does not count on one."""
    return any(isinstance(outer, ast.For) and outer.cond is None for outer in parents(use.known).within(use.node))


def _finding(all_slots: Slots, slot: Slot, use: Use, left: list[Departure]) -> Finding:
    creation = tuple(spawns(all_slots.facts).story(use.function))
    # A method that a context ends for its type may be called from out of view; else the goroutine must be seen.
    is_started = bool(creation) or all(one.held for one in left)
    sure = is_started and room(slot) == 0 and not use.known.file.is_test and not _is_waited_for(left)
    sure = sure and all(_is_sure(all_slots, use, one) for one in left)
    verb, who = ("send on", "receive from it") if use.kind == "send" else ("receive from", "send on it")
    message = f"{verb} {slot.label} blocks for ever when all that {who} have stopped"
    more = [*creation]
    for one in left[:3]:
        more.append(Related(Role.PARTNER, one.use.span, f"{_where(one.use)} serves it here"))
        more.append(Related(Role.EXIT, one.span, f"{_where(one.where or one.use)} {one.how}"))
    found = finding(RULE, slot, use, message, Confidence.MEDIUM if sure else Confidence.LOW, more)
    fix = select_on_context(all_slots.facts, use.known.file, use.node) if creation else None
    return msgspec.structs.replace(found, fix=fix)


def _is_sure(all_slots: Slots, use: Use, departed: Departure) -> bool:
    """Whether a partner can stop while the process goes on, and is not served again then."""
    facts, partner = all_slots.facts, departed.use
    if departed.is_error:
        return not lifetime.ends_process(facts, partner.known.decl, partner.function.node, failing=True)
    if departed.held:
        return use.known.decl.recv_type == departed.held
    if departed.where is not None:
        return is_ignored(all_slots, use, departed)
    if spawns(facts).started(partner.function) is None:
        # Its callers decide when it is called, and they may know: but not of what the type itself holds.
        return is_held(all_slots, use, departed) and (is_own(facts, departed) or is_ignored(all_slots, use, departed))
    return is_own(facts, departed) or is_ignored(all_slots, use, departed)


def _is_waited_for(left: list[Departure]) -> bool:
    """Whether what stops the partners first waits for others, who may be the ones that still use the channel."""
    stops = [one for departed in left if departed.by is not None for one in departed.by.of("close", "send")]
    return any(b"Wait()" in stop.known.decl.text or b"<-" in stop.known.decl.text for stop in stops)


def _where(use: Use) -> str:
    return use.qualified.rpartition("/")[2].partition(".")[2] or use.qualified
