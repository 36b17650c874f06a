"""The functions of one declaration, literals included, and their variables."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from goleaklint.facts import apis
from goleaklint.facts.types import Ty, canonical
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend


class Var(msgspec.Struct, eq=False):
    """A local variable, parameter or result. `function` is the one that declares it, `at` where it does.

    `value` is what it is first given: result `index` of it when it has several, an element when `ranged`.
    """

    name: str
    at: int
    function: Function
    kind: str = "local"  # or "param", "result"
    type: Ty | None = None
    value: ast.Expr | None = None
    index: int = 0
    ranged: bool = False
    reads: list[ast.Name] = msgspec.field(default_factory=list)
    stores: list[ast.Name] = msgspec.field(default_factory=list)


class Function(msgspec.Struct, eq=False):
    """A function with a body: the declaration itself (`literal` "") or a literal inside it."""

    decl: FuncDecl
    type: ast.FuncType
    body: ast.Block
    literal: str = ""
    parent: Function | None = None
    node: ast.FuncLit | None = None
    params: list[Var] = msgspec.field(default_factory=list)
    _own: list[ast.Node] | None = None
    role: str = ""  # of a literal: "go" or "defer" when that is what is done with it, "call" when it is called at once

    def own(self) -> Iterator[ast.Node]:
        """Every node of the body, function literals themselves but not their insides."""
        if self._own is None:
            self._own = list(descend(self.body, into_literals=False))  # asked for by most rules
        return iter(self._own)

    def release(self) -> None:
        """Cuts the references to what refers to it."""
        self.params.clear()
        self.parent = None
        self._own = None

    def enclosing(self) -> Iterator[Function]:
        """This function and those around it, innermost first."""
        function: Function | None = self
        while function is not None:
            yield function
            function = function.parent

    def given(self) -> Var | None:
        """The named parameter, of this function or one around it, that carries a context: a Context or a request."""
        for outer in self.enclosing():
            for param in outer.params:
                if param.name not in ("", "_") and canonical(param.type) in (apis.CONTEXT, apis.REQUEST):
                    return param
        return None

    def is_within(self, role: str) -> bool:
        """Whether it runs inside a literal of this role ("go", "defer")."""
        return any(outer.role == role for outer in self.enclosing())
