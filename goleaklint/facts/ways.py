"""The ways on which a value is neither released nor handed on: from where it is acquired to the function's ends."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from goleaklint.facts.conditional import Deferred
from goleaklint.facts.ends import asks_of, errors_of, says_end
from goleaklint.facts.functions import Var
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import MAX_STATES, Fact, Paths, Point
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.uses import Thing
from goleaklint.golang import ast
from goleaklint.golang.walk import descend


class Ways:
    """The ways through a function from where it gets a value on, or from its start when that is a parameter.

    `call` is what the value comes from, `error` what tells that the call has failed.
    """

    def __init__(
        self,
        known: Bindings,
        var: Var,
        thing: Thing,
        start: ast.Stmt | None,
        call: ast.Call,
        error: ast.Expr | None = None,
        asking: Collection[Deferred] = (),
    ) -> None:
        self.known = known
        self.var = var
        self.thing = thing
        self.call = call
        self.asking = asking
        self.paths = Paths(known, var.function)
        self.start = self.paths.point_of.get(start) if start is not None else None
        self.is_param = start is None
        self.ends = errors_of(known, var, thing.ended_by)
        self.error = error
        self.error_text = known.file.text(error) if error is not None else b""
        if self.error_text == b"_":
            self.error_text = b""

    def exits(self, releases: Collection[ast.Name], *, drained: bool = False) -> list[Point]:
        """The ends of paths on which none of these uses of the value happens."""
        start = self.start
        if start is not None and not start.next:
            return [start] if start.kind == "return" else []
        places = sorted(read.at for read in releases)
        stack = list(self._first())
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

    def _first(self) -> Iterator[tuple[Point, frozenset[Fact], bool]]:
        if self.is_param:
            yield self.paths.entry, frozenset(), True
        elif self.start is not None:
            for point, facts in self.paths.arrivals(self.start):
                for target, after, _ in self.paths.steps(point, facts):
                    yield target, after, True

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
        if not self.error_text or not isinstance(node, ast.Assign):
            return False
        if any(self._is_error(inner) for value in node.right for inner in descend(value, into_literals=False)):
            return False  # retry, err := shouldRetry(err)
        return any(self._is_error(target) for target in node.left)

    def _is_error(self, node: ast.Node | None) -> bool:
        """Whether an expression is the error of the acquisition."""
        if not self.error_text or node is None:
            return False
        if isinstance(self.error, ast.Name):
            return isinstance(node, ast.Name) and self.known.var(node) is self.known.var(self.error)
        return self.known.file.text(node) == self.error_text

    def _is_value(self, node: ast.Expr) -> bool:
        """Whether an expression is the value or what is behind it: `resp`, `resp.Body`."""
        inner = {field for field, _ in self.thing.inner}
        if isinstance(node, ast.Selector) and node.name in inner:
            node = node.x
        return self.known.var(node) is self.var

    def _is_void(self, cond: ast.Node, taken: bool, fresh: bool) -> bool:
        """Whether a condition that came out so says that nothing was acquired."""
        var = self.known.var(cond)
        if var is not None and len(var.stores) == 1 and var.value is not None and var.value is not self.call:
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
        name = self.thing.drained_by
        if name == "()":
            ok = self.known.var(cond)
            pulled = self.known.var(ok.value.fun) if ok is not None and isinstance(ok.value, ast.Call) else None
            return not taken and pulled is not None and pulled.value is self.call
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
