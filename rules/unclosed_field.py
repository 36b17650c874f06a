"""A loop whose only way out is a field that nothing closes.

*Why it leaks*

The loop of a goroutine ends when a channel says so: a stop channel in its select, or the channel that it ranges over.
The channel is in an unexported field, so only its package can close it, and nothing there does (nor sends on the stop
channel): the goroutine runs as long as the process.

*Leaks*

    type poller struct {
        stop chan struct{}
    }

    func newPoller(d time.Duration, poll func()) *poller {
        p := &poller{stop: make(chan struct{})}
        go p.run(d, poll)
        return p
    }

    func (p *poller) run(d time.Duration, poll func()) {
        ticker := time.NewTicker(d)
        defer ticker.Stop()
        for {
            select { // want "GLK802"
            case <-ticker.C:
                poll()
            case <-p.stop:
                return
            }
        }
    }

*Fixed*

    type poller struct {
        stop chan struct{}
    }

    func newPoller(d time.Duration, poll func()) *poller {
        p := &poller{stop: make(chan struct{})}
        go p.run(d, poll)
        return p
    }

    func (p *poller) close() { close(p.stop) }

    func (p *poller) run(d time.Duration, poll func()) {
        ticker := time.NewTicker(d)
        defer ticker.Stop()
        for {
            select {
            case <-ticker.C:
                poll()
            case <-p.stop:
                return
            }
        }
    }

*What it does not see*

An exported field; a channel that is passed on, or that is given to the type from outside. A method that closes the
field but is never called itself. In a command, goroutines may well live as long as the process (low confidence), and so
may those that range over a channel that outlives every value of its type.
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.explore.overlap import is_new
from goleaklint.explore.package import Package
from goleaklint.facts.clock_stops import is_clock
from goleaklint.facts.field_uses import waited_slots
from goleaklint.facts.fields import Slot, Use
from goleaklint.facts.idle_closers import CLOSERS, idle_closers
from goleaklint.facts.loops import ENDS, reachable
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.paths import Paths
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.slot_story import finding
from goleaklint.facts.spawns import spawns
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK802",
    name="unclosed-field",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    since="0.2.0",
    wait_reasons=("select", "chan receive"),
    fix="close the field's channel, or call its cancel function, in the type's own Close",
)


def check(package: Package) -> Iterator[Finding]:
    """Receives that would end the function they are in, were they ever to come true."""
    facts = package.facts
    dead: dict[ast.Node, tuple[Slot, Use]] = {}
    for slot in waited_slots(facts, "chan"):
        if not slot.is_made or slot.has("close"):
            continue
        for use in slot.of("recv", "range"):
            if use.kind == "range" or (use.select is not None and not slot.has("send")):
                dead[use.node] = (slot, use)
    for slot, use in dead.values():
        if use.exact and _is_only_way(use, dead) and is_new(package, use, {"recv", "range"}):
            yield _finding(facts, slot, use)


def _is_only_way(use: Use, dead: dict[ast.Node, tuple[Slot, Use]]) -> bool:
    """Whether the function could end by this use alone: by no other way that is open."""
    cases = {one.case for _, one in dead.values() if one.case is not None}
    if use.select is not None and cases.issuperset(use.select.cases):
        return False  # no case can come true: it does not even loop

    def is_endless(node: ast.Range) -> bool:
        return node in dead or is_clock(use.known, node.x)

    paths = Paths(use.known, use.function, endless=is_endless)
    if any(
        point.kind in ENDS or _dies(use.known, point.parts) for point in reachable(paths, lambda case: case in cases)
    ):
        return False
    without = Paths(use.known, use.function, endless=lambda node: is_endless(node) and node is not use.node)
    return any(point.kind in ENDS for point in reachable(without, lambda case: case in cases and case is not use.case))


def _dies(known: Bindings, parts: tuple[ast.Node, ...]) -> bool:
    return any(isinstance(part, ast.ExprStmt) and known.ending(part.x) != "" for part in parts)


def _finding(facts: PackageFacts, slot: Slot, use: Use) -> Finding:
    is_stop = use.kind == "recv"
    creation = tuple(spawns(facts).story(use.function))
    is_medium = bool(creation) and not use.known.file.is_test and facts.unit.package != "main"
    # A variable of the package is there once, and so is its goroutine: it may well live as long as the process.
    is_medium = is_medium and bool(slot.owner) and (is_stop or _is_owned(facts, slot, use, creation))
    nobody = "closes it or sends on it" if is_stop else "closes it"
    message = f"{slot.label} is the only way out of this loop, and nothing in the package {nobody}"
    confidence = Confidence.MEDIUM if is_medium else Confidence.LOW
    idle = [*idle_closers(facts, _owners(slot, use))][:1]
    if use.select is None:
        return finding(RULE, slot, use, message, confidence, (*creation, *idle))
    way_out = Related(Role.EXIT, use.span, "the way out that is never taken")
    return finding(RULE, slot, use, message, confidence, (*creation, way_out, *idle))


def _is_owned(facts: PackageFacts, slot: Slot, use: Use, creation: tuple[Related, ...]) -> bool:
    """Whether it belongs to a value: one with a method to end it, or that is made where the goroutine is started."""
    owners = _owners(slot, use)
    if any((owner, name) in facts.methods for owner in owners for name in CLOSERS):
        return True
    makers = {make.known.decl for make in slot.of("make")}
    starts = [related.span for related in creation]
    return bool(owners) and any(
        maker.file.path == span.path and maker.type.results and _lines(maker)[0] <= span.line <= _lines(maker)[1]
        for maker in makers
        for span in starts
    )


def _owners(slot: Slot, use: Use) -> set[str]:
    return {slot.owner.partition(".")[0], use.known.decl.recv_type} - {""}


def _lines(decl: FuncDecl) -> tuple[int, int]:
    return decl.file.position(decl.at)[0], decl.file.position(decl.end)[0]
