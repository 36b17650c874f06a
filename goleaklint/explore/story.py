"""The story of a stuck goroutine: made here, created here, blocks here, and the way out that releases nothing."""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.automaton import Op
from goleaklint.explore.stuck import EXCHANGES, Partner, Stuck
from goleaklint.explore.values import UNBOUNDED, Place, Prim
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity, Span, Step

VERBS = {
    "send": "sends",
    "recv": "receives",
    "drained": "receives",
    "close": "closes it",
    "unlock": "unlocks",
    "runlock": "unlocks",
    "add": "calls Done",
    "signal": "signals",
    "broadcast": "signals",
}
WITHOUT = {
    "send": "sending",
    "recv": "receiving",
    "drained": "receiving",
    "close": "closing it",
    "unlock": "unlocking",
    "runlock": "unlocking",
    "add": "calling Done",
    "signal": "signalling",
    "broadcast": "signalling",
}


def span_of(place: Place) -> Span:
    """The region of an operation; of a loop or a go statement only the line that heads it."""
    node = place.node
    if isinstance(node, ast.Range):
        return place.file.span(node.at, node.x.end)
    if isinstance(node, ast.Select):
        return place.file.span(node.at, node.at + len("select"))
    if isinstance(node, ast.Go | ast.Defer | ast.Call | ast.Block | ast.CommCase):
        line_end = place.file.data.find(b"\n", node.at)
        return place.file.span(node.at, min(node.end, line_end) if line_end >= 0 else node.end)
    return place.file.span(node)


def name_of(prim: Prim) -> str:
    """How a message names a primitive: its field or variable."""
    return prim.owner.rpartition(".")[2] if prim.owner and not prim.name else prim.name or "it"


def where(function: str) -> str:
    """A function's name without its package path: `(*T).Run.func1`."""
    return function.rpartition("/")[2].partition(".")[2] or function


def confidence_of(stuck: Stuck) -> Confidence:
    """How sure the exploration is: everything is in view; unrelated unknown counts make it less so.

    What only a test does to the code that it tests says little of that code, and a guard on values that are not
    followed may be what makes a wait sound. A test knows its own data, which decides how often it sends and receives.
    What main itself waits for may be meant to last as long as the program.
    """
    in_code_under_test = stuck.root_in_test and not stuck.op.place.file.is_test
    if stuck.unrelated_counts or stuck.needs_small or stuck.doubtful or stuck.until_exit or in_code_under_test:
        return Confidence.LOW
    many_counts = stuck.needs_many or (stuck.needs_two and stuck.symbols > 1)
    of_program = stuck.root_in_test or stuck.root == "main.main"
    return Confidence.MEDIUM if stuck.alone or many_counts or of_program else Confidence.HIGH


def finding(rule: Rule, stuck: Stuck, message: str, confidence: Confidence | None = None) -> Finding:
    """The finding of a rule about a stuck goroutine; what only a failing test can cause is a note."""
    place = stuck.op.place
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=Severity.NOTE if stuck.only_after_failure else rule.severity,
        confidence=confidence or confidence_of(stuck),
        message=message,
        span=span_of(place),
        function=place.function,
        related=tuple(_related(stuck)),
        flow=tuple(_flow(stuck)),
    )


def _related(stuck: Stuck) -> Iterator[Related]:
    if stuck.prim.made is not None:
        yield Related(Role.MADE, span_of(stuck.prim.made), _made(stuck.prim))
    if stuck.thread.created is not None:
        yield Related(Role.CREATION, span_of(stuck.thread.created), "the goroutine is created here")
    if stuck.op.select is not None:
        yield Related(Role.BLOCKS, span_of(stuck.op.select), "no case of this select can come true")
    for op in [*stuck.alternatives, *stuck.also]:
        if op.place.node is stuck.op.place.node:
            continue  # the other outcome of the same receive
        yield Related(Role.BLOCKS, span_of(op.place), "it can block here too")
    yield from _taken(stuck)
    for partner in stuck.partners:
        yield from _partner(stuck, partner)


def _taken(stuck: Stuck) -> Iterator[Related]:
    """The operations of the same kind that came first, and took the partner or the room in the buffer."""
    if stuck.op.kind not in EXCHANGES or not any(partner.released for partner in stuck.partners):
        return
    seen = {id(stuck.op.place.node)}
    for op in stuck.trace:
        if op.prim is stuck.prim and op.kind == stuck.op.kind and id(op.place.node) not in seen:
            seen.add(id(op.place.node))
            yield Related(Role.PARTNER, span_of(op.place), f"{where(op.place.function)} {VERBS[op.kind]} here first")


def _made(prim: Prim) -> str:
    if prim.kind == "chan":
        if prim.capacity == 0:
            return "the channel is made here, without a buffer"
        room = "some" if prim.capacity >= UNBOUNDED else str(prim.capacity)
        return f"the channel is made here, with room for {room}"
    words = {
        "wg": "the WaitGroup",
        "mutex": "the mutex",
        "rwmutex": "the mutex",
        "cond": "the Cond",
        "ctx": "the context",
    }
    return f"{words.get(prim.kind, 'it')} is made here"


def _partner(stuck: Stuck, partner: Partner) -> Iterator[Related]:
    release = partner.release
    if partner.exit is not None and release is not None:
        node = partner.exit.node
        yield Related(Role.EXIT, _exit_span(partner.exit, node), _leaves(partner, partner.exit, release))
    elif partner.waits is not None:
        yield Related(Role.BLOCKS, span_of(partner.waits.place), f"{where(partner.thread.function)} waits here itself")
    if release is not None:
        yield Related(
            Role.PARTNER, span_of(release.place), f"{where(release.place.function)} {VERBS[release.kind]} here"
        )


def _leaves(partner: Partner, exit_place: Place, release: Op) -> str:
    """How a partner left: with nothing done for anybody, or after what it did was taken by an earlier operation."""
    return f"{where(exit_place.function)} leaves {'after' if partner.released else 'without'} {WITHOUT[release.kind]}"


def _exit_span(exit_place: Place, node: ast.Node) -> Span:
    """The return, or the closing brace of a body that is left at its end."""
    if isinstance(node, ast.Block):
        return exit_place.file.span(max(node.end - 1, node.at), node.end)
    return span_of(exit_place)


def _flow(stuck: Stuck) -> Iterator[Step]:
    if stuck.prim.made is not None:
        yield Step(span_of(stuck.prim.made), _made(stuck.prim))
    for op in stuck.trace:
        yield Step(span_of(op.place), _step(op))
    for partner in stuck.partners:
        if partner.exit is not None and partner.release is not None:
            text = _leaves(partner, partner.exit, partner.release)
            yield Step(_exit_span(partner.exit, partner.exit.node), text)
    yield Step(span_of(stuck.op.place), f"{where(stuck.op.place.function)} blocks here for ever")


def _step(op: Op) -> str:
    function = where(op.place.function)
    if op.kind == "go":
        return f"{function} creates a goroutine"
    words = {
        "lock": "locks",
        "rlock": "locks for reading",
        "wait": "waits",
        "cwait": "waits for a signal",
        "once": "runs once",
        "again": "has run already",
    }
    if op.kind == "add" and op.amount > 0:
        return f"{function} adds {op.amount}"
    return f"{function} {VERBS.get(op.kind) or words.get(op.kind, op.kind)}"


def at_select(found: Finding, stuck: Stuck) -> Finding:
    """The same finding with the select itself as its primary place."""
    import msgspec

    select = stuck.op.select
    if select is None:
        return found
    related = tuple(r for r in found.related if r.span != span_of(select))
    cases = (Related(Role.BLOCKS, found.span, "this case cannot come true"),)
    return msgspec.structs.replace(found, span=span_of(select), related=related + cases)
