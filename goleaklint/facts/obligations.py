"""Values that must be released on every path: where they are acquired, and the ways out on which nobody does it.

A table says which call acquires what. From the call on, each path to the end of the function must release the value
or hand it on (`uses` decides which); where the acquiring call has failed (`err != nil`, `v == nil`) there is no duty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from goleaklint.facts.conditional import Deferred, carried, deferred
from goleaklint.facts.ends import asks_of, errors_of, says_end
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import MAX_STATES, Fact, Paths, Point
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.rewrites import release
from goleaklint.facts.typed import typed
from goleaklint.facts.types import TESTING, Ty, canonical
from goleaklint.facts.uses import Thing, Use, use_of
from goleaklint.golang import ast
from goleaklint.golang.walk import descend
from goleaklint.model import Confidence, Finding, Related, Role, Rule, Severity, Span

_PROCESS_WIDE = frozenset({"main", "init", "TestMain"})
_MOST_EXITS = 3
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
        return decl.name in _PROCESS_WIDE and decl.recv is None and self.function.parent is None

    @property
    def ends_with_process(self) -> bool:
        """Whether the process is likely to end soon after the function."""
        return is_short_lived(self.known)


@dataclass(eq=False, slots=True)
class Lapse:
    """A duty that is not met: `how` is "discarded", "never", "loop", "overwritten" or "path"; `exits` are the ways."""

    duty: Duty
    how: str
    exits: tuple[Point, ...] = ()
    drained: bool = False  # all that is pinned is let go of when the value is read to its end, as it is here


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


def lapse(duty: Duty) -> Lapse | None:
    """How a duty is not met, None when it is, or when what becomes of the value is out of sight."""
    if duty.is_discarded:
        return None if duty.is_main else Lapse(duty, "discarded")
    var = duty.var
    if var is None or var.function is not duty.function or (var.kind != "local" and duty.api.result == RECEIVER):
        return None
    uses = {read: _use(duty, read) for read in var.reads}
    if _is_known_before(duty, var, uses):
        return None
    asking = {read: asked for read in uses if (asked := _asking(duty, read, uses[read])) is not None}
    strict = {
        place
        for read, use in uses.items()
        if use in (Use.RELEASES, Use.HANDS_ON) and read not in asking
        for place in (carried(duty.known, read) or [read] if use is Use.HANDS_ON else [read])
    }
    soft = strict | {read for read, use in uses.items() if use is Use.DRAINS}
    walk = _Walk(duty, var, list(asking.values()))
    exits = walk.exits(soft, drained=True)
    drained = not exits
    if drained and (len(soft) > len(strict) or duty.api.thing.drained_by):
        exits = walk.exits(strict, drained=False)
    if duty.is_main:
        exits = [point for point in exits if point is walk.start]
    if not exits:
        return None
    exits.sort(key=lambda point: point.node.at if point.node is not None else 0)
    if not strict and not asking:
        how = "never"
    elif walk.start in exits and not isinstance(duty.stmt, ast.Return):
        how = "loop"
    elif all(point.kind == "" for point in exits):
        how = "overwritten"
    else:
        how = "path"
    return Lapse(duty, how, tuple(exits), drained)


def _asking(duty: Duty, read: ast.Name, use: Use) -> Deferred | None:
    return deferred(duty.known, duty.function, read) if use is Use.RELEASES else None


def _use(duty: Duty, read: ast.Name) -> Use:
    use = use_of(duty.known, read, duty.api.thing)
    # `go io.Copy(io.Discard, reader)` reads to the end whatever becomes of the function.
    return Use.HANDS_ON if use is Use.DRAINS and _is_elsewhere(duty, read, (ast.Go,)) else use


def _is_elsewhere(duty: Duty, read: ast.Name, kinds: tuple[type[ast.Node], ...]) -> bool:
    """Whether a mention runs at another time than where it stands: in a goroutine, deferred, in a closure."""
    up = parents(duty.known)
    node: ast.Node | None = up.of(read)
    while node is not None and node is not duty.function.body and not isinstance(node, kinds):
        node = up.of(node)
    return isinstance(node, kinds)


def _is_known_before(duty: Duty, var: Var, uses: dict[ast.Name, Use]) -> bool:
    """A closure or a pointer that has the variable already: `defer func() { rows.Close() }()` above the query."""
    up = parents(duty.known)
    for read, use in uses.items():
        if use is Use.LOOKS or read.at >= duty.stmt.at or (read.at > var.at and _asking(duty, read, use)):
            continue
        if duty.api.result == RECEIVER:
            return True  # it was there before, and somebody has it
        if isinstance(up.of(read), ast.Unary) or _is_elsewhere(duty, read, (ast.FuncLit, ast.Defer, ast.Go)):
            return True
    return False


class _Walk:
    """The walk over the paths that start with an acquisition, with what is known of its error."""

    def __init__(self, duty: Duty, var: Var, asking: list[Deferred]) -> None:
        self.duty = duty
        self.asking = asking
        self.known = duty.known
        self.var = var
        self.paths = Paths(duty.known, duty.function)
        self.start = self.paths.point_of.get(duty.stmt)
        self.ends = errors_of(duty.known, var, duty.api.thing.ended_by)
        self.error = duty.known.file.text(duty.error) if duty.error is not None else b""
        if self.error == b"_":
            self.error = b""

    def exits(self, releases: set[ast.Name], *, drained: bool) -> list[Point]:
        """The ends of paths on which none of these uses of the value happens."""
        start = self.start
        if start is None or not start.next:
            return [start] if start is not None and start.kind == "return" else []
        places = sorted(read.at for read in releases)
        stack: list[tuple[Point, frozenset[Fact], bool]] = [
            (target, after, True)
            for point, facts in self.paths.arrivals(start)
            for target, after, _ in self.paths.steps(point, facts)
        ]
        seen = set(stack)
        found: list[Point] = []
        while stack and len(seen) < MAX_STATES:
            point, facts, fresh = stack.pop()
            if point is start:
                found.append(point)
                continue
            if self._is_met(point, places):
                continue
            if point.kind in ("return", "fails") or self._stores(point, self.var):
                found.append(point)
                continue
            after_store = fresh and not self._stores_error(point)
            for target, after, taken in self.paths.steps(point, facts):
                if taken is not None and isinstance(point.node, ast.Node):
                    if self._is_void(point.node, taken, fresh):
                        continue
                    if drained and self._is_drained(point.node, taken):
                        continue
                    if self.ends and says_end(self.known, point.node, taken, self.ends):
                        continue
                state = (target, after, after_store)
                if state not in seen:
                    seen.add(state)
                    stack.append(state)
        return list(dict.fromkeys(found))

    def _is_met(self, point: Point, places: list[int]) -> bool:
        if any(part.at <= place < part.end for part in point.parts for place in places):
            return True
        node = point.node
        if self.ends and asks_of(self.known, node, self.ends):
            return True
        if point.kind == "return" and any(one.releases(self.known, node) for one in self.asking):
            return True
        if self.var.kind == "result" and isinstance(node, ast.Return) and not node.values:
            return True
        # `switch err {`, `switch { case isFatal(err): }`: which of the ways is that of the failure is not known.
        return node is not None and self._is_error(node) and isinstance(parents(self.known).of(node), ast.Switch)

    def _stores(self, point: Point, var: Var) -> bool:
        return any(part.at <= store.at < part.end for part in point.parts for store in var.stores if store.at > var.at)

    def _stores_error(self, point: Point) -> bool:
        node = point.node
        if not self.error or not isinstance(node, ast.Assign):
            return False
        if any(self._is_error(inner) for value in node.right for inner in descend(value, into_literals=False)):
            return False  # retry, err := shouldRetry(err)
        return any(self._is_error(target) for target in node.left)

    def _is_error(self, node: ast.Node | None) -> bool:
        """Whether an expression is the error of the acquisition."""
        if not self.error or node is None:
            return False
        if isinstance(self.duty.error, ast.Name):
            return isinstance(node, ast.Name) and self.known.var(node) is self.known.var(self.duty.error)
        return self.known.file.text(node) == self.error

    def _is_value(self, node: ast.Expr) -> bool:
        """Whether an expression is the value or what is behind it: `resp`, `resp.Body`."""
        inner = {field for field, _ in self.duty.api.thing.inner}
        if isinstance(node, ast.Selector) and node.name in inner:
            node = node.x
        return self.known.var(node) is self.var

    def _is_void(self, cond: ast.Node, taken: bool, fresh: bool) -> bool:
        """Whether a condition that came out so says that nothing was acquired."""
        var = self.known.var(cond)
        if var is not None and len(var.stores) == 1 and var.value is not None and var.value is not self.duty.call:
            cond = var.value  # failed := err != nil
        if isinstance(cond, ast.Binary) and cond.op in ("==", "!="):
            for side, other in ((cond.left, cond.right), (cond.right, cond.left)):
                is_nil = isinstance(other, ast.Name) and other.name == "nil"
                if is_nil and self._is_value(side):
                    return taken == (cond.op == "==")
                if fresh and self._is_error(side):
                    # `err == io.EOF` is a failure as well.
                    return taken == (cond.op == ("!=" if is_nil else "=="))
            return False
        if not fresh or not any(self._is_error(node) for node in descend(cond, into_literals=False)):
            return False
        return taken or not _asks_for_failure(cond)

    def _is_drained(self, cond: ast.Node, taken: bool) -> bool:
        name = self.duty.api.thing.drained_by
        if name == "()":
            ok = self.known.var(cond)
            pulled = self.known.var(ok.value.fun) if ok is not None and isinstance(ok.value, ast.Call) else None
            return not taken and pulled is not None and pulled.value is self.duty.call
        return (
            name != ""
            and not taken
            and isinstance(cond, ast.Call)
            and isinstance(cond.fun, ast.Selector)
            and cond.fun.name == name
            and self.known.var(cond.fun.x) is self.var
        )


def _asks_for_failure(cond: ast.Node) -> bool:
    """`errors.Is(err, x)`, `os.IsNotExist(err)`: true of a failure only; of other questions nobody knows."""
    fun = cond.fun if isinstance(cond, ast.Call) else None
    return isinstance(fun, ast.Name | ast.Selector) and fun.name.lower().startswith(("is", "as"))


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
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=Severity.NOTE if known.file.is_test else severity or rule.severity,
        confidence=confidence,
        message=message,
        span=known.head(duty.call),
        function=known.qualified(duty.function),
        related=(*story, *_exits(found)),
        fix=None if method is None else release(known, duty.stmt, duty.error, duty.var, found.how, method),
    )


def _exits(found: Lapse) -> Iterator[Related]:
    known, start = found.duty.known, found.duty.stmt
    name = found.duty.var.name if found.duty.var is not None else "it"
    for point in found.exits[:_MOST_EXITS]:
        node = point.node
        assert node is not None
        if node is start and found.how != "path" and not isinstance(node, ast.Return):
            yield Related(Role.EXIT, known.head(node), f"the next round of the loop makes another {name}")
        elif point.kind == "":
            yield Related(Role.EXIT, known.head(node), f"{name} is overwritten here")
        elif isinstance(node, ast.Block):
            yield Related(Role.EXIT, known.file.span(node.end - 1, node.end), f"the end is reached with {name} open")
        else:
            yield Related(Role.EXIT, known.head(node), f"this way out leaves {name} open")


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
