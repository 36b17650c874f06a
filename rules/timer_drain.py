"""A receive that empties a timer whose value was already taken.

*Why it leaks*

`if !t.Stop() { <-t.C }` takes the value of a timer that has fired. When the loop has received that value before, and
has not started the timer again, `Stop` reports false and no value is left: the receive waits for ever. That is so
in every version of Go; since 1.23 there is nothing to empty at all (package time, "Timer.Stop"). A timer of
`time.AfterFunc` has no channel: a receive from its `C`, which is nil, waits for ever too. And a timer that Stop has
stopped sends no more: `t.Stop(); <-t.C` waits for ever, since 1.23 always, before that unless the timer had fired; so
does `if t.Stop() { <-t.C }`.

*Leaks*

    func watch(events <-chan int, stop <-chan struct{}, d time.Duration, idle func()) {
        timer := time.NewTimer(d)
        for {
            select {
            case <-timer.C:
                idle()
            case <-events:
                if !timer.Stop() {
                    <-timer.C // want "GLK711"
                }
                timer.Reset(d)
            case <-stop:
                return
            }
        }
    }

*Fixed*

    func watch(events <-chan int, stop <-chan struct{}, d time.Duration, idle func()) {
        timer := time.NewTimer(d)
        for {
            select {
            case <-timer.C:
                idle()
            case <-events:
                if !timer.Stop() {
                    select {
                    case <-timer.C:
                    default:
                    }
                }
                timer.Reset(d)
            case <-stop:
                return
            }
        }
    }

*What it does not see*

A value that another function has received, or a timer that it has started again. A condition that asks more than what
`Stop` reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from goleaklint.explore.package import Package
from goleaklint.facts.functions import Function
from goleaklint.facts.inits import reported
from goleaklint.facts.loops import ways
from goleaklint.facts.module import module_of
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.timers import bare_receives, is_started_here_only, starts, stopped
from goleaklint.facts.types import canonical
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity

RULE = Rule(
    code="GLK711",
    name="timer-drain",
    severity=Severity.ERROR,
    since="0.2.0",
    wait_reasons=("chan receive",),
    fix="drain the timer only when Stop said false and nothing has received from it, in a select with a default",
)

_DRAIN = re.compile(rb"!\s*[\w.\[\]]+\.Stop\(\)\s*\{(?:\s|//[^\n]*\n|/\*.*?\*/)*<-", re.DOTALL)
_UNASKED = re.compile(rb"\.Stop\(\).*<-\s*[\w.\[\]]+\.C\b", re.DOTALL)
_DRAINED_BY_STOP = (1, 23)


def check(package: Package) -> Iterator[Finding]:
    """Drains behind a failed Stop that are reached when the value is gone, and receives behind one that succeeded."""
    facts = package.facts
    for decl in reported(facts, _UNASKED) if "time" in facts.imports else ():
        known = bindings(facts, decl)
        for function in known.functions if decl.body is not None else ():
            yield from _unasked(known, function)
            if not _DRAIN.search(decl.text):
                continue
            for node in function.own():
                drain = _drain(known, node)
                if drain is None:
                    continue
                if _has_no_channel(known, drain[0]):
                    yield _nil_finding(known, function, *drain)
                else:
                    yield from _taken_before(known, function, *drain)


def _drain(known: Bindings, node: ast.Node) -> tuple[ast.Expr, ast.Unary] | None:
    """The timer and the receive of `if !t.Stop() { <-t.C }`."""
    if not isinstance(node, ast.If):
        return None
    match node.cond, node.then.body:
        case (
            ast.Unary(op="!", x=ast.Call(fun=ast.Selector(x=timer, name="Stop"))),
            [ast.ExprStmt(x=ast.Unary(op="<-", x=ast.Selector(x=again, name="C")) as receive), *_],
        ):
            is_same = known.file.text(timer) == known.file.text(again)
            if is_same and canonical(known.type_of(timer)) == "time.Timer":
                return timer, receive
    return None


def _unasked(known: Bindings, function: Function) -> Iterator[Finding]:
    """`t.Stop(); <-t.C`: a timer that Stop has stopped sends no more, and its result says whether it has.

    So does `if t.Stop() { <-t.C }`, which waits just when nothing will come.
    """
    paths: Paths | None = None
    told: set[ast.Unary] = set()
    for node in function.own():
        stop = stopped(known, node)
        if stop is None:
            continue
        timer, place, is_true = stop
        paths = paths or Paths(known, function)
        text = known.file.text(timer)
        for receive in bare_receives(known, function, text):
            start, end = paths.point_of.get(place), paths.place(receive)
            if receive in told or start is None or end is None or end is start:
                continue
            if not _comes_to(known, paths, start, end, text, is_true):
                continue
            told.add(receive)
            always = is_true or known.facts.go_version >= _DRAINED_BY_STOP
            what = "blocks for ever: the timer was stopped" if always else "blocks for ever when Stop stopped the timer"
            sure = always and isinstance(timer, ast.Name)
            related = Related(Role.PARTNER, known.head(place), "it is stopped here, and sends no more")
            found = _at(known, function, timer, receive, what, (related,))
            yield found if sure else msgspec.structs.replace(found, confidence=Confidence.MEDIUM)


def _comes_to(known: Bindings, paths: Paths, start: Point, end: Point, timer: bytes, is_true: bool) -> bool:
    """Whether control gets from a Stop to a receive with the timer as it is; `is_true`: once Stop has said so."""
    first = [target for target, fact in start.next if not is_true or (fact is not None and fact[1])]
    if first == [end]:
        return True
    if is_true or not is_started_here_only(known, paths.function, timer):
        return False

    def is_started(point: Point) -> bool:
        return point is not end and starts(known, point, timer)

    return any(point is end for point in paths.escapes(start, is_started, lambda point: point is end))


def _has_no_channel(known: Bindings, timer: ast.Expr) -> bool:
    """Whether a field holds nothing but timers of `time.AfterFunc`, whose C is nil (package time, "AfterFunc").

    By the field's name in the whole package, whatever has it: only the package can set one in lower case. GLK106 tells
    it of variables.
    """
    if not isinstance(timer, ast.Selector) or timer.name[:1].isupper():
        return False
    if known.facts.field(known.type_of(timer.x), timer.name) is None:
        return False
    name = re.escape(timer.name.encode())
    given = re.compile(rb"\b" + name + rb"\s*(?::|=)(?!=)\s*(time\.AfterFunc\(|nil\b)?")
    unclear = re.compile(rb"&(?:\w+\.)+" + name + rb"\b|\." + name + rb"\s*,[^;\n)}]*=")
    module = module_of(known.facts)
    texts = [file.data for file in known.facts.unit.files]
    texts += module.texts(known.facts.unit.import_path).values() if module is not None else ()
    found = {match[1] for text in texts for match in given.finditer(text)}
    if any(unclear.search(text) for text in texts):
        return False
    return b"time.AfterFunc(" in found and found <= {b"time.AfterFunc(", b"nil"}


def _nil_finding(known: Bindings, function: Function, timer: ast.Expr, drain: ast.Unary) -> Finding:
    return _at(known, function, timer, drain, "blocks for ever: a timer of AfterFunc has no channel")


def _at(
    known: Bindings, function: Function, timer: ast.Expr, drain: ast.Unary, what: str, related: tuple[Related, ...] = ()
) -> Finding:
    name = known.file.text(timer).decode("utf-8", "replace")
    return Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.severity,
        confidence=Confidence.MEDIUM if known.file.is_test else Confidence.HIGH,
        message=f"receive from {name}.C {what}",
        span=known.head(drain),
        function=known.qualified(function),
        related=related,
    )


def _taken_before(known: Bindings, function: Function, timer: ast.Expr, drain: ast.Unary) -> Iterator[Finding]:
    text = known.file.text(timer)
    takes = [
        node
        for node in function.own()
        if isinstance(node, ast.Unary)
        and node is not drain
        and node.op == "<-"
        and isinstance(node.x, ast.Selector)
        and node.x.name == "C"
        and known.file.text(node.x.x) == text
    ]
    paths = Paths(known, function) if takes else None
    for take in takes:
        assert paths is not None
        start, end = paths.place(take), paths.place(drain)
        if start is not None and end is not None and _can_follow(known, start, end, text):
            found = _finding(known, function, timer, drain, take)
            yield (
                msgspec.structs.replace(found, confidence=Confidence.LOW) if _is_guarded(known, drain, text) else found
            )
            return


def _is_guarded(known: Bindings, drain: ast.Unary, timer: bytes) -> bool:
    """Whether a condition of another kind than that the timer is there may say that its value was not received."""
    ifs = [node for node in parents(known).within(drain) if isinstance(node, ast.If)]
    return any(timer not in known.file.text(node.cond) for node in ifs)


def _can_follow(known: Bindings, start: Point, end: Point, timer: bytes) -> bool:
    """Whether control can go from the one receive to the other while the timer is not started again."""
    seen = {start}
    stack = [start]
    while stack:
        for target in ways(stack.pop(), lambda case: False):
            if target is end:
                return True
            if target not in seen and not starts(known, target, timer):
                seen.add(target)
                stack.append(target)
    return False


def _finding(known: Bindings, function: Function, timer: ast.Expr, drain: ast.Unary, take: ast.Unary) -> Finding:
    related = Related(Role.PARTNER, known.head(take), "the value can be received here")
    return _at(known, function, timer, drain, "blocks for ever when its value was already received", (related,))
