"""The order in which Go initializes the variables of a package: the order of the source, but for what they use.

Of all variables whose dependencies have their values, the earliest in the source comes next (go.dev/ref/spec#
Package_initialization; cmd/compile/internal/types2/initorder.go). A variable depends on what its value names, and on
what the functions of the package named there do. Go has types for that, here are names: a name that a function declares
anywhere is its own, and a method is meant when no other type of the package has one of that name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl, ValueDecl
from goleaklint.golang.walk import descend

if TYPE_CHECKING:
    from goleaklint.golang.source import SourceFile

_WORD = re.compile(rb"[A-Za-z_]\w*")


def all_in_order(files: Sequence[SourceFile]) -> list[ValueDecl]:
    """Every variable declaration of a package in the order of initialization."""
    every = [value for file in files for value in file.values if not value.const]
    package = _Package(files, every)
    return package.ordered() if any(map(package.may_use_later, range(len(every)))) else every


def initialization_order(files: Sequence[SourceFile]) -> list[ValueDecl]:
    """The variable declarations of a package that hold function literals, in the order of their initialization."""
    every = [value for file in files for value in file.values if not value.const]
    wanted = [value for value in every if value.may_hold_literals]
    if len(wanted) < 2:
        return wanted
    package = _Package(files, every)
    if not any(package.may_use_later(place) for place, value in enumerate(every) if value.may_hold_literals):
        return wanted
    return [value for value in package.ordered() if value.may_hold_literals]


class _Package:
    def __init__(self, files: Sequence[SourceFile], values: list[ValueDecl]) -> None:
        self._values = values
        self._place = {name.name: place for place, value in enumerate(values) for name in value.names}
        self._funcs: dict[str, FuncDecl] = {}
        methods: dict[str, list[FuncDecl]] = {}
        for func in (func for file in files for func in file.funcs):
            if func.recv is None:
                self._funcs[func.name] = func
            else:
                methods.setdefault(func.name, []).append(func)
        self._methods = {name: found[0] for name, found in methods.items() if len(found) == 1}
        self._uses: dict[FuncDecl, tuple[set[str], set[str]]] = {}

    def may_use_later(self, own: int) -> bool:
        """A quick look at the words alone: nearly always nothing below is in them."""
        value = self._values[own]
        seen: set[FuncDecl] = set()
        texts = [value.file.data[value.at : value.end]]
        while texts:
            for word in {word.decode() for word in _WORD.findall(texts.pop())}:
                if self._place.get(word, -1) > own:
                    return True
                for func in (self._funcs.get(word), self._methods.get(word)):
                    if func is not None and func not in seen:
                        seen.add(func)
                        texts.append(func.text)
        return False

    def ordered(self) -> list[ValueDecl]:
        """All variables; where the names make a circle, which real ones do not, the order of the source."""
        waiting = {place: self._needs(place) for place in range(len(self._values))}
        order: list[ValueDecl] = []
        while waiting:
            ready = next((place for place, needs in waiting.items() if needs.isdisjoint(waiting)), min(waiting))
            del waiting[ready]
            order.append(self._values[ready])
        return order

    def _needs(self, place: int) -> set[int]:
        names: set[str] = set()
        fields: set[str] = set()
        for value in self._values[place].unnumbered():
            _collect(value, names, fields)
        needs: set[int] = set()
        seen: set[FuncDecl] = set()
        todo = [(names, fields)]
        while todo:
            names, fields = todo.pop()
            needs.update(self._place[name] for name in names if name in self._place)
            found = [self._funcs.get(name) for name in names] + [self._methods.get(name) for name in fields]
            for func in found:
                if func is not None and func not in seen:
                    seen.add(func)
                    todo.append(self._used(func))
        return needs - {place}

    def _used(self, func: FuncDecl) -> tuple[set[str], set[str]]:
        if func not in self._uses:
            names: set[str] = set()
            fields: set[str] = set()
            if func.body is not None:
                _collect(func.body, names, fields)
                names -= {param.name for param in (*func.type.params, *func.type.results)}
                names -= {func.recv.name} if func.recv is not None else set()
            self._uses[func] = names, fields
        return self._uses[func]


def _collect(root: ast.Node, names: set[str], fields: set[str]) -> None:
    """Adds the names that a piece of code uses and does not declare, and the names behind dots."""
    used: set[str] = set()
    declared: set[str] = set()
    keys: set[int] = set()
    for node in descend(root):
        if isinstance(node, ast.Name) and id(node) not in keys:
            used.add(node.name)
        elif isinstance(node, ast.Selector):
            fields.add(node.name)
        elif isinstance(node, ast.Element) and isinstance(node.key, ast.Name):
            keys.add(id(node.key))  # nearly always a field, not a variable
        elif isinstance(node, ast.FuncType):
            declared.update(param.name for param in (*node.params, *node.results))
        else:
            declared.update(_declared(node))
    names |= used - declared


def _declared(node: ast.Node) -> list[str]:
    if isinstance(node, ast.Assign) and node.op == ":=":
        return [target.name for target in node.left if isinstance(target, ast.Name)]
    if isinstance(node, ast.VarDecl):
        return [name.name for name in node.names]
    if isinstance(node, ast.Range) and node.define:
        return [target.name for target in (node.key, node.value) if isinstance(target, ast.Name)]
    if isinstance(node, ast.TypeSwitch):
        return [node.name]
    return []
