"""Where a node of a declaration stands: the node around it, the function that runs it, the select it is a case of."""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.facts.functions import Function
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast
from goleaklint.golang.walk import children


class Parents:
    """The way from any node of one declaration's body outwards."""

    def __init__(self, known: Bindings) -> None:
        self.known = known
        self._of: dict[ast.Node, ast.Node] = {}
        self._functions = {function.node: function for function in known.functions if function.node is not None}
        body = known.decl.body
        stack: list[ast.Node] = [body] if body is not None else []
        while stack:
            node = stack.pop()
            below = children(node)
            for child in below:
                self._of[child] = node
            stack += below

    def of(self, node: ast.Node) -> ast.Node | None:
        """The node directly around this one, None for the body of the declaration."""
        return self._of.get(node)

    def around(self, node: ast.Node) -> Iterator[ast.Node]:
        """The nodes around this one, innermost first."""
        current = self._of.get(node)
        while current is not None:
            yield current
            current = self._of.get(current)

    def within(self, node: ast.Node) -> Iterator[ast.Node]:
        """The nodes around this one inside its own function, innermost first."""
        for outer in self.around(node):
            if isinstance(outer, ast.FuncLit):
                return
            yield outer

    def function(self, node: ast.Node) -> Function:
        """The function that runs the node: the innermost literal around it, or the declaration itself."""
        for outer in self.around(node):
            if isinstance(outer, ast.FuncLit) and outer in self._functions:
                return self._functions[outer]
        return self.known.functions[0]

    def comm(self, node: ast.Node) -> tuple[ast.Select, ast.CommCase] | None:
        """The select and its case, of a send or receive that is what the case waits for."""
        inner: ast.Node = node
        for outer in self.within(node):
            if isinstance(outer, ast.CommCase):
                select = self.of(outer)
                is_comm = outer.comm is inner and isinstance(select, ast.Select)
                return (select, outer) if is_comm and isinstance(select, ast.Select) else None
            if not isinstance(outer, ast.ExprStmt | ast.Assign):
                return None
            inner = outer
        return None


def parents(known: Bindings) -> Parents:
    """The parents of a declaration, worked out once for all rules."""
    key = ("parents", known.decl)
    found = known.facts.memo.get(key)
    if not isinstance(found, Parents):
        found = known.facts.memo[key] = Parents(known)
    return found
