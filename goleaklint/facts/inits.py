"""The functions of a package, and with them the literals of its variables: `var run = &command{run: func() {...}}`.

What a package variable starts with is worked out by a function that has no declaration; Go calls it `init`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from goleaklint.facts.package import PackageFacts
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl, ValueDecl


class InitDecl(FuncDecl):
    """The values of one `var` as the body of a function without parameters."""

    def __init__(self, value: ValueDecl) -> None:
        self.value = value
        self.file = value.file
        self.at, self.end = value.at, value.end
        self.partial = value.partial
        self.init_number = None
        self.name = "init"
        self.type_params = ()
        self._type = ast.FuncType(at=value.at, end=value.at)
        self._recv = self._recv_node = self._body_node = None
        self._body = None

    @property
    def local_name(self) -> str:
        """Go's own name of the function."""
        return self.value.local_name

    @property
    def body(self) -> ast.Block:
        """One statement for each value."""
        if self._body is None:
            values = self.value.values
            body: list[ast.Stmt] = [ast.ExprStmt(at=value.at, end=value.end, x=value) for value in values]
            self._body = ast.Block(at=self.at, end=self.end, body=body)
        return self._body

    @property
    def literals(self) -> list[ast.FuncLit]:
        """Every function literal in the values."""
        return self.value.literals


def reported(facts: PackageFacts, pattern: re.Pattern[bytes], paths: Collection[str] = ()) -> Iterator[FuncDecl]:
    """The functions in whose files findings are wanted, and the values of variables, whose text the pattern matches.

    With `paths` only those of files that import one of these packages: most files are passed over at one look.
    """
    for file in facts.reported_files(paths):
        if pattern.search(file.data) is None:
            continue
        for decl in file.funcs:
            if pattern.search(file.data, decl.at, decl.end) is not None:
                yield decl
        for value in file.values:
            if not value.const and pattern.search(file.data, value.at, value.end) is not None:
                yield _init(facts, value)


def _init(facts: PackageFacts, value: ValueDecl) -> InitDecl:
    found = facts.memo.get(value)
    if not isinstance(found, InitDecl):
        found = facts.memo[value] = InitDecl(value)
    return found
