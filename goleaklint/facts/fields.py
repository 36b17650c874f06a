"""Who does what with the channels, WaitGroups and Conds that a package keeps in fields and in its own variables.

An unexported field belongs to its package (Go specification, "Exported identifiers"): when every use of it is one
that is understood, nobody else can send on its channel, close it or signal its Cond. One use that is not understood
(the value is passed to code out of view, its address is taken, it comes from a parameter) and the slot is `open`:
nothing can be said about what is missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from goleaklint.facts.functions import Function
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.types import SYNC_NAMES, Ty, bare, canonical
from goleaklint.golang import ast
from goleaklint.model import Span

_MAY_HOLD = re.compile(rb"\bchan\b|<-|\bsync\.(?:WaitGroup|Cond)\b")
_DEEP = 3  # containers of containers of channels

Key = tuple[str, str]  # the name of the type, "" for a variable of the package, and the name of the field


class Use(msgspec.Struct, eq=False):
    """One operation on a slot.

    `kind` is send, recv, range, close, make, or for a WaitGroup or Cond the name of the method in lower case.
    `exact` tells that the expression can be nothing but this slot; a parameter may be given other channels, too.
    """

    kind: str
    known: Bindings
    function: Function
    node: ast.Node
    exact: bool = True
    select: ast.Select | None = None
    case: ast.CommCase | None = None

    @property
    def is_bare(self) -> bool:
        """Whether it waits with no other way on: not in a select, or in one that has no second case."""
        return self.select is None or len(self.select.cases) == 1

    @property
    def span(self) -> Span:
        """The operation; of a loop its head."""
        if isinstance(self.node, ast.Range):
            return self.known.file.span(self.node.at, self.node.x.end)
        return self.known.head(self.node)

    @property
    def parked(self) -> Span:
        """Where a goroutine is seen that waits here: at the select, if that has other cases."""
        if self.select is None or self.is_bare:
            return self.span
        return self.known.file.span(self.select.at, self.select.at + len("select"))

    @property
    def qualified(self) -> str:
        """Go's own name of the function that holds it."""
        return self.known.qualified(self.function)


class Slot(msgspec.Struct, eq=False):
    """A field, or a variable of the package, and everything that is done with it.

    `depth` counts the containers around the channels: 0 for `chan T`, 1 for `[]chan T` and `map[K]chan T`, whose
    elements are one slot together. `outside` are the operations that code out of view may do.
    """

    owner: str
    name: str
    kind: str  # chan, wg, cond
    type: Ty
    declared: Span
    depth: int = 0
    initial: ast.Call | None = None  # the make that a variable of the package starts with
    uses: list[Use] = msgspec.field(default_factory=list)
    outside: set[str] = msgspec.field(default_factory=set)
    open: bool = False
    merged: Slot | None = None

    @property
    def label(self) -> str:
        """How a message names it."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    def root(self) -> Slot:
        """The slot that stands for all that hold the same value."""
        slot = self
        while slot.merged is not None:
            slot = slot.merged
        return slot

    def merge(self, other: Slot) -> None:
        """The two hold the same value."""
        mine, theirs = self.root(), other.root()
        if mine is not theirs:
            theirs.merged = mine
            mine.uses += theirs.uses
            mine.outside |= theirs.outside
            mine.open = mine.open or theirs.open

    def of(self, *kinds: str) -> list[Use]:
        """The uses of these kinds, in source order."""
        found = {use.node: use for use in self.uses if use.kind in kinds}  # a copied field is read twice
        return sorted(found.values(), key=lambda use: use.span)

    def has(self, *kinds: str) -> bool:
        """Whether anybody does one of these, or may do it out of view."""
        return self.open or bool(self.outside.intersection(kinds)) or any(use.kind in kinds for use in self.uses)

    @property
    def is_made(self) -> bool:
        """Whether some code gives it a value: what is never made is nil, as a hook for tests may be."""
        is_value = self.kind != "chan" and not isinstance(self.type.node, ast.PointerType)
        return is_value or self.initial is not None or any(use.kind == "make" for use in self.uses)


class Slots:
    """The slots of a package by field and by variable; made by `field_uses.slots`, which reads their uses."""

    def __init__(self, facts: PackageFacts) -> None:
        self.facts = facts
        self.fields: dict[Key, Slot] = {}
        self.variables: dict[str, Slot] = {}
        self._by_type: dict[tuple[int, str], Slot] = {}
        self._times: Counter[str] = Counter()  # how many structs have a field of the name
        self._is_program = facts.unit.package == "main"
        for name, decl in facts.types.items():
            if decl.file.data.find(b"struct", decl.at, decl.end) >= 0:
                is_wanted = _MAY_HOLD.search(decl.file.data, decl.at, decl.end) is not None
                self._add_struct(name, Ty(decl.type, decl.file), is_wanted)
        for name, (value, index) in facts.values.items():
            if not value.const and _MAY_HOLD.search(value.file.data, value.at, value.end):
                self._add_variable(name, Ty(value.type, value.file) if value.type else None, value.names[index])

    def _add_struct(self, owner: str, ty: Ty, is_wanted: bool, deep: int = 0) -> None:
        node = ty.node
        while isinstance(node, ast.PointerType | ast.SliceType | ast.ArrayType | ast.MapType):
            node = node.value if isinstance(node, ast.MapType) else node.elem
        if not isinstance(node, ast.StructType) or deep > _DEEP:
            return
        for field in node.fields:
            self._times[field.name] += 1
            inner = Ty(field.type, ty.file)
            kind, depth = _kind(self.facts, inner) if is_wanted else ("", 0)
            if kind and not field.embedded and field.name != "_" and self._is_private(field.name):
                span = ty.file.span(field.at, field.at + len(field.name.encode()))
                slot = Slot(owner, field.name, kind, inner, span, depth)
                self.fields[owner, field.name] = self._by_type[id(field.type), field.name] = slot
            elif not kind:
                self._add_struct(f"{owner}.{field.name}", inner, is_wanted, deep + 1)

    def _add_variable(self, name: str, ty: Ty | None, at: ast.Name) -> None:
        value, index = self.facts.values[name]
        given = value.values[index] if len(value.values) == len(value.names) else None
        if ty is None and isinstance(given, ast.Call) and isinstance(given.fun, ast.Name) and given.fun.name == "make":
            first = given.args[0] if given.args else None
            ty = Ty(first.type, value.file) if isinstance(first, ast.TypeExpr) else None
        if ty is None or name == "_" or not self._is_private(name):
            return
        kind, depth = _kind(self.facts, ty)
        if not kind:
            return
        slot = self.variables[name] = Slot("", name, kind, ty, value.file.span(at), depth)
        if isinstance(given, ast.Call) and isinstance(given.fun, ast.Name) and given.fun.name == "make":
            slot.initial = given if depth == 0 else None
        elif kind == "chan" and (given is not None or value.values):
            slot.open = not (isinstance(given, ast.Composite) and not given.elements)

    def _is_private(self, name: str) -> bool:
        """Nobody imports a command: its exported names are its own, too."""
        return self._is_program or not name[:1].isupper()

    def names(self) -> frozenset[str]:
        """The names of the fields."""
        return frozenset(name for _, name in self.fields)

    def named(self, name: str) -> list[Slot]:
        """The fields of that name, of whatever type."""
        return [slot for (_, field), slot in self.fields.items() if field == name]

    def of_type(self, ty: Ty | None, name: str) -> Slot | None:
        """The slot of `x.name` for x of that type."""
        found = self.facts.field(ty, name)
        return self._by_type.get((id(found[0].node), name)) if found is not None else None

    def field(self, known: Bindings, node: ast.Selector) -> list[Slot]:
        """The slots that a selector may mean: one, or when the type of its operand is unknown all of that name."""
        ty = known.type_of(node.x)
        named = self.named(node.name)
        if ty is None or not self._is_known(ty):
            is_import = bool(known.imported(node.x))
            return [] if is_import else named
        slot = self.of_type(ty, node.name)
        return [slot] if slot is not None else []

    def is_unique(self, name: str) -> bool:
        """Whether a field of that name can only be the one."""
        return self._times[name] == 1 and name not in self.facts.methods_named

    def _is_known(self, ty: Ty) -> bool:
        name = canonical(ty)
        return not name or "." in name or name in self.facts.types

    def closed(self, kind: str) -> Iterator[Slot]:
        """The slots of a kind of which every use is understood, in source order."""
        found = [*self.fields.values(), *self.variables.values()]
        found = [slot for slot in found if slot.kind == kind and slot.merged is None and not slot.open]
        return iter(sorted(found, key=lambda slot: slot.declared))


def _kind(facts: PackageFacts, ty: Ty) -> tuple[str, int]:
    """What a slot of this type holds, and how many containers deep."""
    kind = SYNC_NAMES.get(canonical(ty), "")
    if kind in ("wg", "cond"):
        return kind, 0
    if isinstance(ty.node, ast.PointerType):
        return "", 0
    for depth in range(_DEEP):
        under = facts.underlying(ty)
        if under is None:
            return "", 0
        node = bare(under).node
        if isinstance(node, ast.ChanType):
            return "chan", depth
        if isinstance(node, ast.SliceType | ast.ArrayType):
            ty = Ty(node.elem, under.file)
        elif isinstance(node, ast.MapType):
            ty = Ty(node.value, under.file)
        else:
            return "", 0
    return "", 0
