"""The story of a finding about a slot: where it is declared and made, and what is done with it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from goleaklint.facts.fields import Slot, Use
from goleaklint.facts.package import int_literal
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

_MOST = 3
_NOUNS = {"chan": "the channel", "wg": "the WaitGroup", "cond": "the Cond"}


def finding(
    rule: Rule, slot: Slot, use: Use, message: str, confidence: Confidence, more: Iterable[Related] = ()
) -> Finding:
    """A finding at a use of a slot."""
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity if confidence > Confidence.LOW else Severity.NOTE,
        confidence=confidence,
        message=message,
        span=use.parked,
        function=use.qualified,
        related=(*made(slot), *more),
    )


def made(slot: Slot) -> Iterator[Related]:
    """Where the value of a slot comes from: the places that make it, else its declaration."""
    makes = slot.of("make")[:_MOST]
    if slot.initial is not None or not makes:
        yield Related(Role.MADE, slot.declared, f"{_NOUNS[slot.kind]} is declared here")
    for use in makes:
        yield Related(Role.MADE, use.span, _made(slot, use))


def partners(uses: Iterable[Use], phrase: str) -> Iterator[Related]:
    """Other operations on the slot: `phrase` tells what each does, after the name of its function."""
    for use in list(uses)[:_MOST]:
        where = use.qualified.rpartition("/")[2].partition(".")[2] or use.qualified
        yield Related(Role.PARTNER, use.span, f"{where} {phrase}")


def _made(slot: Slot, make: Use) -> str:
    room = capacity(make) if slot.kind == "chan" else None
    text = f"{_NOUNS[slot.kind]} is made here"
    if room is None:
        return text
    return f"{text}, with room for {room}" if room else f"{text}, without a buffer"


def capacity(make: Use) -> int | None:
    """The capacity of a channel, None when it is not a constant."""
    assert isinstance(make.node, ast.Call)
    args = make.node.args
    return constant(make.known, args[1]) if len(args) > 1 else 0


def constant(known: Bindings, node: ast.Expr) -> int | None:
    """The value of an integer literal or of a constant of the package."""
    if isinstance(node, ast.Name) and known.var(node) is None:
        return known.facts.int_const(node.name)
    return int_literal(node)


def room(slot: Slot) -> int | None:
    """The most room that a channel of the slot has, None when one of its makes does not say."""
    rooms = [capacity(use) for use in slot.of("make")]
    if slot.initial is not None:
        rooms.append(0 if len(slot.initial.args) == 1 else int_literal(slot.initial.args[1]))
    if not rooms or any(one is None for one in rooms):
        return None
    return max(one for one in rooms if one is not None)
