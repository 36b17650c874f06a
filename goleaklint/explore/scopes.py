"""Lexical scopes of one activation, and the heap of one root: cells, objects and primitives by where they are made."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from goleaklint.explore.values import (
    NOTHING,
    Cancel,
    Cell,
    Choice,
    Closure,
    Const,
    Context,
    Locker,
    Method,
    Obj,
    Ordinal,
    Place,
    Prim,
    Tally,
    Tuple,
    Unknown,
    Value,
)
from goleaklint.facts.types import Ty

MAX_CHOICES = 3
T = TypeVar("T")


class Env:
    """A lexical scope: names to cells; a block opens a child."""

    __slots__ = ("names", "parent")

    def __init__(self, parent: Env | None = None) -> None:
        self.names: dict[str, Cell] = {}
        # A scope that holds nothing yet when one is opened in it gets nothing that the inner one could see.
        self.parent: Env | None = parent.parent if parent is not None and not parent.names else parent

    def owner(self, name: str) -> Env:
        """The scope that holds a variable."""
        env = self
        while name not in env.names and env.parent is not None:
            env = env.parent
        return env

    def find(self, name: str) -> Cell | None:
        """The cell of a variable that is in scope, None when the name is not a local one."""
        env: Env | None = self
        while env is not None:
            cell = env.names.get(name)
            if cell is not None:
                return cell
            env = env.parent
        return None


class Heap:
    """What a root's code makes, each thing once per place and activation, whatever the number of passes.

    A second pass over the root reads what the first one stored: so the goroutine sees a store after its `go` statement.
    """

    def __init__(self) -> None:
        self._things: dict[Hashable, object] = {}
        self._contexts: dict[Hashable, int] = {}
        self.prims: list[Prim] = []
        self.objects: list[Obj] = []
        self.closures: list[Closure] = []
        self.cells = 0
        self.changed = False
        self.escapes: list[Value] = []
        self.aliases: dict[int, str] = {}  # variable (cell) -> the count that it was set to

    def forget(self) -> None:
        """Let go of everything: values, scopes and closures hold each other, which only a collector would find out."""
        for obj in self.objects:
            obj.fields.clear()
        for closure in self.closures:
            closure.env = closure.receiver = None
        for prim in self.prims:
            prim.elements = None
        self._things.clear()
        self.escapes.clear()

    def context(self, *key: Hashable) -> int:
        """A small number for an activation: the caller's, the call and the iteration."""
        return self._contexts.setdefault(key, len(self._contexts) + 1)

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        found = self._things.get(key)
        if found is None:
            found = self._things[key] = make()
            self.changed = True
        return found  # type: ignore[return-value]

    def cell(self, key: Hashable, name: str, ty: Ty | None = None) -> Cell:
        """The cell of a variable, by its declaration and activation."""

        def make() -> Cell:
            self.cells += 1
            return Cell(self.cells, name, ty)

        return self._once(("cell", key), make)

    def new_cell(self, name: str, ty: Ty | None = None) -> Cell:
        """A cell for a field or for elements: its object is what identifies it."""
        self.cells += 1
        self.changed = True
        return Cell(self.cells, name, ty)

    def prim(self, key: Hashable, kind: str, name: str, made: Place | None, **more: object) -> Prim:
        """The primitive made at `key`."""

        def make() -> Prim:
            prim = Prim(kind, len(self.prims), name, made, **more)  # type: ignore[arg-type]
            self.prims.append(prim)
            return prim

        return self._once(("prim", kind, key), make)

    def obj(
        self,
        key: Hashable,
        ty: Ty | None,
        made: Place | None = None,
        *,
        external: bool = False,
        scope: tuple[object, ...] = (),
    ) -> Obj:
        """The object made at `key`."""

        def make() -> Obj:
            obj = Obj(len(self.objects), ty, external=external, made=made, scope=scope)
            self.objects.append(obj)
            return obj

        return self._once(("obj", key), make)

    def closure(self, key: Hashable, make: Callable[[], Closure]) -> Closure:
        """The function value made at `key`."""

        def register() -> Closure:
            closure = make()
            self.closures.append(closure)
            return closure

        return self._once(("closure", key), register)

    def value(self, key: Hashable, make: Callable[[], T]) -> T:
        """Any other value that must be the same in every pass."""
        return self._once(("value", key), make)

    # ---- stores

    def store(self, cell: Cell, value: Value) -> None:
        """Put a value into a cell, joined with what it holds."""
        if value is None or value is NOTHING:
            return
        if isinstance(value, Tally):
            value = Unknown()  # a copy: what it counts may change without it
        if isinstance(value, Prim) and not value.name and cell.name and cell.name != "[]":
            value.name = cell.name
        cell.is_flag = (
            isinstance(value, Const) and isinstance(value.value, bool) and (cell.is_flag or cell.value is None)
        )
        if isinstance(value, Const) and value.value is None:
            cell.maybe_nil = True
            if cell.value is None:
                cell.value = value
            return
        old = cell.value
        if old is None or (isinstance(old, Const) and old.value is None):
            cell.value = value
            self.changed = True
            return
        if old is value or old == value:
            return
        joined = self._join(old, value)
        if joined is not old:
            cell.value = joined
            self.changed = True

    def count(self, cell: Cell, tally: Tally) -> None:
        """A variable is a tally, or a parameter that stands for one."""
        if cell.value is None:
            cell.value = tally
            self.changed = True
        elif cell.value != tally:
            self.store(cell, Unknown())

    def _join(self, old: Value, new: Value) -> Value:
        if isinstance(old, Obj) and isinstance(new, Obj) and new.is_zero and not new.fields:
            return old
        if isinstance(old, Obj) and old.is_zero and not old.fields:
            return new
        if isinstance(old, Closure | Choice) and isinstance(new, Closure):
            options = old.options if isinstance(old, Choice) else [old]
            if new in options:
                return old
            if len(options) < MAX_CHOICES:
                return Choice([*options, new])
        if isinstance(old, Context) and isinstance(new, Context):
            if (old.done, old.never) == (new.done, new.never) or (old.done is None and not old.never):
                return old
            blur(old)
            return Context(None)
        if isinstance(old, Tally) or (isinstance(old, Const) and isinstance(new, Const | Unknown)):
            blur(new)
            return Unknown()
        if isinstance(old, Unknown | Const | Tuple):
            blur(new)
            return old if not isinstance(old, Const) else Unknown()
        blur_pair(old, new)
        return old

    def escape(self, value: Value) -> None:
        """Note that unknown code may reach this value."""
        if value is not None and not isinstance(value, Const | Ordinal | Tally | Unknown):
            self.escapes.append(value)


def blur_pair(one: Value, other: Value) -> None:
    """Two values share a cell: nothing can be said of what they do not have in common."""
    seen: set[tuple[int, int]] = set()
    stack = [(one, other)]
    while stack:
        left, right = stack.pop()
        if left is right or left is None or right is None or (id(left), id(right)) in seen:
            continue
        seen.add((id(left), id(right)))
        if not (isinstance(left, Obj) and isinstance(right, Obj)):
            blur(left)
            blur(right)
            continue
        left.ambiguous = right.ambiguous = True
        for name in sorted({*left.fields, *right.fields}):
            cells = [obj.fields.get(name) for obj in (left, right)]
            values = [cell.value if cell is not None else None for cell in cells]
            if values[0] is None or values[1] is None:
                blur(values[0])
                blur(values[1])
            stack.append((values[0], values[1]))


def blur(value: Value) -> None:
    """Mark a value that shares its cell with another, and what it leads to: nothing can be said of them."""
    seen: set[int] = set()
    stack: list[Value] = [value]
    while stack:
        found = stack.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, Prim):
            found.ambiguous = True
        elif isinstance(found, Obj):
            found.ambiguous = True
            stack += [cell.value for cell in found.fields.values()]
        elif isinstance(found, Cancel):
            found.context.ambiguous = True
        elif isinstance(found, Locker):
            found.lock.ambiguous = True
        elif isinstance(found, Context) and found.done is not None:
            found.done.ambiguous = True
        elif isinstance(found, Method):
            stack.append(found.receiver)
