"""Paths through one function: which ways lead from a statement to the end without something being done.

Every transfer of control is an edge: branches, loops, switch and select, labels, goto, fallthrough, and calls that do
not return. Function literals are not entered: a literal is a value here. Conditions that are tested twice and cannot
change between are decided once for a path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from goleaklint.facts.flags import asked, flags, settings
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast
from goleaklint.golang.walk import descend

MAX_STATES = 20_000
_MAX_TRACKED = 4  # conditions decided once for a path: each doubles the states

Fact = tuple[str, bool]
State = tuple["Point", frozenset[Fact]]


class Point:
    """A place that control passes: it evaluates `parts`, then goes on to one of `next`.

    `kind` is "return" (a return statement or the end of the body), "dies" (ends the process or panics), "fails" (ends
    a test), "blocks" (an empty select) or "". `node` is where it stands, None for a join.
    """

    __slots__ = ("kind", "next", "node", "parts")

    def __init__(self, node: ast.Node | None = None, parts: Iterable[ast.Node | None] = (), kind: str = "") -> None:
        self.node = node
        self.parts: tuple[ast.Node, ...] = tuple(part for part in parts if part is not None)
        self.kind = kind
        self.next: list[tuple[Point, Fact | None]] = []

    def to(self, *targets: Point) -> Point:
        """Adds unconditional edges."""
        self.next += [(target, None) for target in targets]
        return self


class Paths:
    """The graph of one function.

    `endless` tells of a range loop that its channel is never closed, so that only its body leads out of it;
    `stays` tells of a call that it never returns.
    """

    def __init__(
        self,
        known: Bindings,
        function: Function,
        endless: Callable[[ast.Range], bool] | None = None,
        stays: Callable[[ast.Call], bool] | None = None,
    ) -> None:
        self.known = known
        self.function = function
        self.point_of: dict[ast.Node, Point] = {}
        builder = _Builder(self, endless or (lambda node: False), stays or (lambda call: False))
        self.entry = builder.function()
        self._tracked: dict[ast.Node, Fact] | None = None
        self._set: dict[Point, list[tuple[str, bool | None]]] = {}

    def place(self, node: ast.Node) -> Point | None:
        """The point at which a node is evaluated."""
        around = (node, *parents(self.known).within(node))
        return next((self.point_of[one] for one in around if one in self.point_of), None)

    def reachable(self) -> Iterator[Point]:
        """Every point that control can reach from the start of the function."""
        seen = {self.entry}
        stack = [self.entry]
        while stack:
            point = stack.pop()
            yield point
            for target, _ in point.next:
                if target not in seen:
                    seen.add(target)
                    stack.append(target)

    def leads(self, start: Point, target: Point) -> bool:
        """Whether control can come from a point to another one, or back to it, whatever conditions decide."""
        seen: set[Point] = set()
        stack = [start]
        while stack:
            for following, _ in stack.pop().next:
                if following is target:
                    return True
                if following not in seen:
                    seen.add(following)
                    stack.append(following)
        return False

    def arrivals(self, at: Point) -> list[State]:
        """The states in which control can reach a point, at its first time."""
        return [state for state in self._walk([(self.entry, frozenset())], lambda point: point is at) if state[0] is at]

    def escapes(
        self, start: Point, stop: Callable[[Point], bool], lost: Callable[[Point], bool] | None = None
    ) -> Iterator[Point]:
        """The ends of paths that leave `start` and meet no point for which `stop` holds.

        `start` itself is among them when such a path comes back to it, and so are the points for which `lost` holds.
        """
        first = [state for arrival in self.arrivals(start) for state in self.following(*arrival)]
        seen: set[Point] = set()

        def is_lost(point: Point) -> bool:
            return point is start or (lost is not None and lost(point))

        for point, _ in self._walk(first, lambda point: stop(point) or is_lost(point)):
            if point in seen or (stop(point) and point is not start):
                continue
            seen.add(point)
            if is_lost(point) or point.kind in ("return", "fails"):
                yield point

    def _walk(self, first: list[State], stop: Callable[[Point], bool]) -> Iterator[State]:
        seen = set(first)
        stack = list(reversed(first))
        while stack and len(seen) < MAX_STATES:
            state = stack.pop()
            yield state
            if stop(state[0]):
                continue
            for following in reversed(self.following(*state)):
                if following not in seen:
                    seen.add(following)
                    stack.append(following)

    def following(self, point: Point, facts: frozenset[Fact]) -> list[State]:
        """Where control goes from a point, and what is known then."""
        return [(target, after) for target, after, _ in self.steps(point, facts)]

    def steps(self, point: Point, facts: frozenset[Fact]) -> Iterator[tuple[Point, frozenset[Fact], bool | None]]:
        """Where control can go from a point, with what is known then and, of a condition, how it came out."""
        decided = self._decided
        for text, is_set in self._set.get(point, ()):
            facts = facts - {(text, True), (text, False)}
            facts = facts | {(text, is_set)} if is_set is not None else facts
        for target, fact in point.next:
            if fact is None or point.node not in decided:
                yield target, facts, None if fact is None else fact[1]
                continue
            text, same = decided[point.node]
            value = fact[1] == same
            if (text, not value) not in facts:
                yield target, facts | {(text, value)}, fact[1]

    @property
    def _decided(self) -> dict[ast.Node, Fact]:
        """Conditions that are tested more than once and cannot change: node -> (text, whether it is not negated)."""
        if self._tracked is None:
            stored = self._stored()
            found: dict[ast.Node, Fact] = {}
            for point in self.point_of.values():
                if point.next and point.next[0][1] is not None and isinstance(point.node, ast.Node):
                    fact = self._fact(point.node, stored)
                    if fact is not None:
                        found[point.node] = fact
            often = [text for text, count in Counter(text for text, _ in found.values()).most_common() if count > 1]
            self._tracked = {node: fact for node, fact in found.items() if fact[0] in often[:_MAX_TRACKED]}
            self._track_flags(self._tracked)
        return self._tracked

    def _track_flags(self, tracked: dict[ast.Node, Fact]) -> None:
        """Conditions that ask for a flag, and where it is set."""
        found = flags(self.known, self.function)
        for point in self.point_of.values() if found else ():
            one = asked(self.known, found, point.node)
            if one is not None and point.node is not None and point.next and point.next[0][1] is not None:
                tracked[point.node] = _flag(one[0]), one[1]
            texts = [(_flag(one), value) for one, value in settings(self.known, found, point.parts)]
            if texts:
                self._set[point] = texts

    def _stored(self) -> set[str]:
        """Texts of the fields and elements that the declaration assigns."""
        text = self.known.file.text
        stored: set[str] = set()
        for node in descend(self.function.body):
            if isinstance(node, ast.Assign):
                stored |= {text(t).decode("utf-8", "replace") for t in node.left if not isinstance(t, ast.Name)}
        return stored

    def _fact(self, cond: ast.Node, stored: set[str]) -> Fact | None:
        """A condition over names that are assigned once at most, and over fields that are not assigned here."""
        positive = True
        declared = ""  # where the names are declared: the err of an inner scope is not that of the outer one
        for node in descend(cond):
            if isinstance(node, ast.Call) and not (isinstance(node.fun, ast.Name) and node.fun.name in ("len", "cap")):
                return None
            if isinstance(node, ast.FuncLit | ast.Bad) or (isinstance(node, ast.Unary) and node.op == "<-"):
                return None
            if isinstance(node, ast.Name):
                var = self.known.var(node)
                if var is not None and len(var.stores) > (var.kind == "local"):
                    return None
                declared += f" {var.at}" if var is not None else ""
            if isinstance(node, ast.Selector) and self._text(node) in stored:
                return None
        if isinstance(cond, ast.Binary) and cond.op in ("==", "!="):
            positive = cond.op == "=="
            return f"{self._text(cond.left)} == {self._text(cond.right)}{declared}", positive
        return self._text(cond) + declared, positive

    def _text(self, node: ast.Node) -> str:
        return self.known.file.text(node).decode("utf-8", "replace")


def _dies_from(known: Bindings, body: ast.Block) -> int | None:
    """From where on a return ends the process, or panics: `defer os.Exit(1)`, `defer func() { log.Fatal(err) }()`."""
    for node in body.body:
        if not isinstance(node, ast.Defer) or not isinstance(node.call, ast.Call):
            continue
        fun = node.call.fun
        calls = (
            [one.x for one in fun.body.body if isinstance(one, ast.ExprStmt)] if isinstance(fun, ast.FuncLit) else []
        )
        if any(known.ending(call) == "dies" for call in (node.call, *calls)):
            return node.at
    return None


def _flag(var: Var) -> str:
    return f"{var.name} {var.at}"


class _Builder:
    """Builds the graph backwards: each statement is given the point that follows it."""

    def __init__(self, out: Paths, endless: Callable[[ast.Range], bool], stays: Callable[[ast.Call], bool]) -> None:
        self.out = out
        self.endless = endless
        self.stays = stays
        self.labels: dict[str, Point] = {}
        self.breaks: list[tuple[str, Point]] = []
        self.continues: list[tuple[str, Point]] = []
        self.dies_from: int | None = None

    def function(self) -> Point:
        body = self.out.function.body
        for node in descend(body, into_literals=False):
            if isinstance(node, ast.Labeled):
                self.labels[node.label] = Point()
        self.dies_from = _dies_from(self.out.known, body)
        end = self._point(body, (), self._returning(body.end))
        return self.block(body.body, end)

    def _returning(self, at: int) -> str:
        """How the function ends where it returns: the process may end with it."""
        return "return" if self.dies_from is None or at < self.dies_from else "dies"

    def _point(self, node: ast.Node, parts: Iterable[ast.Node | None], kind: str = "") -> Point:
        point = Point(node, parts, kind)
        self.out.point_of[node] = point
        return point

    def block(self, body: list[ast.Stmt], follow: Point) -> Point:
        for stmt in reversed(body):
            follow = self.stmt(stmt, follow)
        return follow

    def stmt(self, node: ast.Stmt | None, follow: Point, label: str = "") -> Point:
        match node:
            case None:
                return follow
            case ast.Block():
                return self.block(node.body, follow)
            case ast.Return():
                return self._point(node, (node,), self._returning(node.at))
            case ast.ExprStmt(x=ast.Call() as call):
                return self._call(node, call, follow)
            case ast.If():
                other = self.stmt(node.orelse, follow) if node.orelse is not None else follow
                return self.stmt(node.init, self.cond(node.cond, self.block(node.then.body, follow), other))
            case ast.For():
                return self._for(node, follow, label)
            case ast.Range():
                return self._range(node, follow, label)
            case ast.Switch():
                return self._switch(node, follow, label)
            case ast.TypeSwitch():
                return self._type_switch(node, follow, label)
            case ast.Select():
                return self._select(node, follow, label)
            case ast.Labeled():
                return self._labeled(node, follow)
            case ast.Branch():
                return self._branch(node, follow)
        return self._point(node, (node,)).to(follow)

    def cond(self, node: ast.Expr, yes: Point, no: Point) -> Point:
        """A condition, decided part by part as Go evaluates it."""
        match node:
            case ast.Binary(op="&&"):
                return self.cond(node.left, self.cond(node.right, yes, no), no)
            case ast.Binary(op="||"):
                return self.cond(node.left, yes, self.cond(node.right, yes, no))
            case ast.Unary(op="!"):
                return self.cond(node.x, no, yes)
            case ast.Name(name="true"):
                return yes
            case ast.Name(name="false"):
                return no
        point = self._point(node, (node,))
        point.next = [(yes, ("", True)), (no, ("", False))]
        return point

    def _call(self, node: ast.ExprStmt, call: ast.Call, follow: Point) -> Point:
        kind = self.out.known.ending(call)
        point = self._point(node, (node,), kind)
        if kind:
            return point
        if self.stays(call):
            point.kind = "stays"
            return point
        return point.to(follow)

    def _loop(self, label: str, leave: Point, again: Point, body: list[ast.Stmt]) -> Point:
        self.breaks += [("", leave), (label or "\0", leave)]
        self.continues += [("", again), (label or "\0", again)]
        entry = self.block(body, again)
        del self.breaks[-2:], self.continues[-2:]
        return entry

    def _for(self, node: ast.For, follow: Point, label: str) -> Point:
        head = Point()
        again = self.stmt(node.post, head)
        body = self._loop(label, follow, again, node.body.body)
        head.to(body if node.cond is None else self.cond(node.cond, body, follow))
        return self.stmt(node.init, head)

    def _range(self, node: ast.Range, follow: Point, label: str) -> Point:
        head = self._point(node, (node.key, node.value))
        head.to(self._loop(label, follow, head, node.body.body))
        if not self.endless(node):
            head.to(follow)
        return self._point(node.x, (node.x,)).to(head)

    def _in_switch(self, body: list[ast.Stmt], follow: Point, label: str, leave: Point) -> Point:
        self.breaks += [("", leave), (label or "\0", leave)]
        entry = self.block(body, follow)
        del self.breaks[-2:]
        return entry

    def _switch(self, node: ast.Switch, follow: Point, label: str) -> Point:
        entries: list[Point] = []
        below = follow
        for case in reversed(node.cases):
            below = self._in_switch(case.body, below if case.fallthrough else follow, label, follow)
            entries.insert(0, below)
        otherwise = follow
        for case, entry in zip(node.cases, entries, strict=True):
            otherwise = entry if case.default else otherwise
        for case, entry in reversed(list(zip(node.cases, entries, strict=True))):
            for value in reversed(case.values):
                if node.tag is None:
                    otherwise = self.cond(value, entry, otherwise)
                else:
                    otherwise = self._point(value, (value,)).to(entry, otherwise)
        if node.tag is not None:
            otherwise = self._point(node.tag, (node.tag,)).to(otherwise)
        return self.stmt(node.init, otherwise)

    def _type_switch(self, node: ast.TypeSwitch, follow: Point, label: str) -> Point:
        point = self._point(node, (node.x,))
        for case in node.cases:
            point.to(self._in_switch(case.body, follow, label, follow))
        if not any(case.default for case in node.cases):
            point.to(follow)
        return self.stmt(node.init, point)

    def _select(self, node: ast.Select, follow: Point, label: str) -> Point:
        point = self._point(node, (), "" if node.cases else "blocks")
        for case in node.cases:
            point.to(self.stmt(case.comm, self._in_switch(case.body, follow, label, follow)))
        return point

    def _labeled(self, node: ast.Labeled, follow: Point) -> Point:
        entry = self.labels[node.label]
        return entry.to(self.stmt(node.stmt, follow, node.label))

    def _branch(self, node: ast.Branch, follow: Point) -> Point:
        """A branch to nowhere, in broken code, goes on with the next statement."""
        if node.kind == "goto":
            return self.labels.get(node.label, follow)
        for label, target in reversed(self.breaks if node.kind == "break" else self.continues):
            if label == node.label:
                return target
        return follow
