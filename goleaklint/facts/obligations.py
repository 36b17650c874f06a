"""Values that must be released on every path: where they are acquired, and the ways out on which nobody does it.

A table says which call acquires what. From the call on, each path to the end of the function must release the value
or hand it on (`uses` decides which); where the acquiring call has failed (`err != nil`, `v == nil`) there is no duty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from goleaklint.facts import lifetime
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.handling import Given, Handling, callee_story, exits_of
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Point
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.rewrites import release
from goleaklint.facts.typed import typed
from goleaklint.facts.types import TESTING, Ty, canonical
from goleaklint.facts.uses import Thing, Use
from goleaklint.facts.ways import Ways
from goleaklint.golang import ast
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity, Span

_MOST_CALLEES = 3
_COMMAND_LINES = ("github.com/spf13/cobra", "github.com/urfave/cli")
RECEIVER = -1


@dataclass(frozen=True, slots=True)
class Api:
    """A call that acquires a thing: which result it is (or the receiver), and which one is the error.

    `made` is where it is acquired when the call is of a function of the package that hands it on (see `fresh`).
    """

    thing: Thing
    result: int = 0
    error: int | None = None
    made: Span | None = None


@dataclass(eq=False, slots=True)
class Duty:
    """One acquisition: the statement, its call by its full name, and the places that the value and the error go to."""

    known: Bindings
    function: Function
    stmt: ast.Stmt
    call: ast.Call
    name: str
    api: Api
    value: ast.Expr | None
    error: ast.Expr | None

    @property
    def var(self) -> Var | None:
        """The variable that holds the value."""
        return self.known.var(self.value)

    @property
    def is_discarded(self) -> bool:
        """Whether nobody can release the value: it is not even given a name."""
        return self.value is None or (isinstance(self.value, ast.Name) and self.value.name == "_")

    @property
    def is_main(self) -> bool:
        """Whether the process ends with the function."""
        decl = self.known.decl
        return decl.name in lifetime.PROCESS_WIDE and decl.recv is None and self.function.parent is None

    @property
    def ends_with_process(self) -> bool:
        """Whether the process is likely to end soon after the function."""
        return is_short_lived(self.known)


@dataclass(eq=False, slots=True)
class Lapse:
    """A duty that is not met: `how` is "discarded", "never", "loop", "overwritten", "path" or "callee".

    `exits` are the ways; `given` are the functions in view that get the value and leave it as it is, those of "callee"
    on some of their paths.
    """

    duty: Duty
    how: str
    exits: tuple[Point, ...] = ()
    drained: bool = False  # all that is pinned is let go of when the value is read to its end, as it is here
    given: tuple[Given, ...] = ()


def duties(known: Bindings, table: Mapping[str, Api]) -> Iterator[Duty]:
    """The acquisitions of a declaration that stand alone in a statement; any other hands its value on."""
    for function, node, left, call in alone(known):
        name = known.api(call)
        if not name and len(left) > 1 and isinstance(call.fun, ast.Selector):
            name = _elsewhere(known, call.fun, table)
        api = table.get(name)
        if api is None or (isinstance(node, ast.Return) and api.result != RECEIVER):
            continue
        if api.result == RECEIVER:
            value = call.fun.x if isinstance(call.fun, ast.Selector) else None
        else:
            value = left[api.result] if api.result < len(left) else None
        error = left[api.error] if api.error is not None and api.error < len(left) else None
        yield Duty(known, function, node, call, name, api, value, error)


Alone = tuple[Function, ast.Stmt, list[ast.Expr], ast.Call]


def alone(known: Bindings) -> list[Alone]:
    """The calls that stand alone in a statement, with what their results go to; found once for all tables."""
    key = ("alone", known.decl)
    found = known.facts.memo.get(key)
    if not isinstance(found, list):
        found = known.facts.memo[key] = list(_find_alone(known))
    return found


def _find_alone(known: Bindings) -> Iterator[Alone]:
    for function in known.functions:
        for node in function.own():
            match node:
                case ast.Assign(left=left, right=[ast.Call() as call]):
                    yield function, node, left, call
                case ast.VarDecl(names=names, values=[ast.Call() as call]):
                    yield function, node, list(names), call
                case ast.ExprStmt(x=ast.Call() as call) | ast.Return(values=[ast.Call() as call]):
                    yield function, node, [], call


def _elsewhere(known: Bindings, fun: ast.Selector, table: Mapping[str, Api]) -> str:
    """The call of a method when only another package of the module says of what: `s.store.DB.Query(...)`."""
    if not any(name.startswith("(") and name.endswith(f").{fun.name}") for name in table):
        return ""
    owner = typed(known, fun.x)
    return f"({owner.path}.{owner.name}).{fun.name}" if owner is not None and owner.facts is None else ""


def lapse(duty: Duty, ended: Sequence[ast.Name] = ()) -> Lapse | None:
    """How a duty is not met, None when it is, or when what becomes of the value is out of sight.

    `ended` are names in statements that control passes only when there is nothing to release any more.
    """
    if duty.is_discarded:
        return None if lifetime.is_over_after(duty.known, duty.function, duty.stmt) else Lapse(duty, "discarded")
    var = duty.var
    if var is None or var.function is not duty.function or (var.kind != "local" and duty.api.result == RECEIVER):
        return None
    handling = Handling(duty.known, var, duty.api.thing)
    if _is_known_before(duty, var, handling):
        return None
    strict, soft = handling.strict, handling.soft
    ways = Ways(duty.known, var, duty.api.thing, duty.stmt, duty.call, duty.error, handling.asking.values())
    exits = ways.exits([*soft, *ended], drained=True)
    drained = not exits
    if drained and (len(soft) > len(strict) or duty.api.thing.drained_by):
        exits = ways.exits([*strict, *ended])
    partial: list[Given] = []
    if not exits and strict and not handling.asking:
        partial = handling.partial()
        exits = ways.exits(ended) if partial else []
        drained = False
    if duty.is_main:
        exits = [point for point in exits if point is ways.start]
    if not exits or lifetime.is_over(duty.known, duty.function, exits):
        return None
    exits.sort(key=lambda point: point.node.at if point.node is not None else 0)
    if not strict and not handling.asking:
        how = "never"
    elif partial:
        how = "callee"
    elif ways.start in exits and not isinstance(duty.stmt, ast.Return):
        how = "loop"
    elif all(point.kind == "" for point in exits):
        how = "overwritten"
    else:
        how = "path"
    told = partial or handling.given(Use.LOOKS, Use.DRAINS)
    return Lapse(duty, how, () if partial else tuple(exits), drained, tuple(told))


def _is_known_before(duty: Duty, var: Var, handling: Handling) -> bool:
    """A closure or a pointer that has the variable already: `defer func() { rows.Close() }()` above the query."""
    up = parents(duty.known)
    for read, use in handling.uses.items():
        if use is Use.LOOKS or read.at >= duty.stmt.at or (read.at > var.at and read in handling.asking):
            continue
        if duty.api.result == RECEIVER:
            return True  # it was there before, and somebody has it
        if isinstance(up.of(read), ast.Unary) or handling.is_elsewhere(read, (ast.FuncLit, ast.Defer, ast.Go)):
            return True
    return False


def finding(
    rule: Rule,
    found: Lapse,
    message: str,
    confidence: Confidence,
    story: tuple[Related, ...] = (),
    severity: Severity | None = None,
    method: str | None = None,
) -> Finding:
    """The finding of a lapse, at the acquisition; tests end with their process and get a note.

    `method` releases the value and does no harm when it is called again: `.Body.Close`, "" for a function. With it the
    finding has a fix where there is one.
    """
    duty = found.duty
    known = duty.known
    if duty.api.made is not None:
        story = (Related(Role.MADE, duty.api.made, "what the call gives is acquired here"), *story)
    told = [place for given in found.given[:_MOST_CALLEES] for place in callee_story(given)]
    name = duty.var.name if duty.var is not None else "it"
    again = duty.stmt if found.how != "path" and not isinstance(duty.stmt, ast.Return) else None
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=Severity.NOTE if known.file.is_test else severity or rule.severity,
        confidence=min(confidence, Confidence.LOW) if found.how == "callee" else confidence,
        message=message,
        span=known.head(duty.call),
        function=known.qualified(duty.function),
        related=(*story, *told, *exits_of(known, found.exits, name, again)),
        fix=None
        if method is None or found.how == "callee"
        else release(known, duty.stmt, duty.error, duty.var, found.how, method),
    )


def is_short_lived(known: Bindings) -> bool:
    """Whether the code is that of a test or its helper, or of a command: package main, or one of command lines."""
    unit = known.facts.unit
    return (
        known.file.is_test
        or unit.package == "main"
        or any(canonical(Ty(param.type, known.file)) in TESTING for param in known.decl.type.params)
        or any(path.startswith(_COMMAND_LINES) for file in unit.files for path in file.imports.values())
    )


def words(found: Lapse, subject: str, done: str) -> str:
    """The message of a lapse: `resp.Body is not closed on every path`."""
    match found.how:
        case "never":
            return f"{subject} is never {done}"
        case "loop":
            return f"{subject} is not {done} on every path through the loop"
        case "overwritten":
            return f"{subject} is overwritten before it is {done}"
    return f"{subject} is not {done} on every path"
