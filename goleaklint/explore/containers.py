"""Slices, maps and arrays: element by element while the source tells which is which, else one cell for all of them.

An element has a slot of its own as long as every store says where it goes: the elements of a literal, appends that are
as certain as the making of the container, indexes that are known in this turn of a counted loop. Anything else folds
the container: its elements share one cell from then on, and different primitives in it are silent.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from goleaklint.explore import making
from goleaklint.explore.values import Cancel, Cell, Choice, Closure, Const, Context, Obj, Ordinal, Prim, Value
from goleaklint.facts.types import Ty, bare, element
from goleaklint.golang import ast

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering

ALL = "[]"
MAX_SLOTS = 4
WORTH = Prim | Obj | Closure | Choice | Context | Cancel
"""Values for which it matters which element is which."""


def element_type(lo: Lowering, obj: Obj) -> Ty | None:
    """The type of the elements, where the container's type says it."""
    ty = element(bare(obj.ty)) if obj.ty is not None else None
    if ty is None and obj.ty is not None:
        under = lo.facts.underlying(obj.ty)
        ty = element(under) if under is not None else None
    return ty


def shared_cell(lo: Lowering, obj: Obj) -> Cell:
    """The one cell for all elements: the container is folded from now on."""
    cell = obj.fields.get(ALL)
    if cell is None:
        cell = obj.fields[ALL] = lo.heap.new_cell(ALL, element_type(lo, obj))
        cell.external = obj.external
        slots, obj.slots = obj.slots, []
        for slot in slots:
            inner = obj.fields.pop(slot)
            lo.heap.store(cell, inner.value)
            cell.maybe_nil = cell.maybe_nil or inner.maybe_nil
    return cell


def cell_at(lo: Lowering, obj: Obj, index: Value, *, store: bool = False) -> Cell:
    """The cell of the element at an index or a key, as exactly as it can be told."""
    key = _key(index)
    if key is None or not _can_tell(obj):
        return obj.fields[obj.slots[0]] if len(obj.slots) == 1 and not store else shared_cell(lo, obj)
    slot = f"[{key}]"
    if slot not in obj.slots:
        if len(obj.slots) >= MAX_SLOTS or (not store and obj.slots and not _has_zero(lo, obj)):
            return shared_cell(lo, obj)
        _add(lo, obj, slot)
    return obj.fields[slot]


def append_cell(lo: Lowering, obj: Obj, site: Hashable) -> Cell:
    """The cell of an element that is appended at a place of the source, in an activation."""
    slot = obj.sites.get(site)
    if slot is None or slot not in obj.slots:
        certain = _can_tell(obj) and obj.scope == lo.scopes and len(obj.slots) < MAX_SLOTS and not obj.sized
        if not certain:
            return shared_cell(lo, obj)
        slot = obj.sites[site] = f"[{len(obj.slots)}]"
        _add(lo, obj, slot)
    return obj.fields[slot]


def slots(obj: Value) -> list[Cell]:
    """The cells of a container whose elements are told apart, and are worth it; else none."""
    if not isinstance(obj, Obj) or not obj.slots:
        return []
    cells = [obj.fields[slot] for slot in obj.slots]
    return cells if all(isinstance(cell.value, WORTH) for cell in cells) else []


def put(lo: Lowering, cell: Cell, value: Value) -> None:
    """Store an element; in a loop that does so, each turn counts."""
    if cell.external:
        lo.heap.escape(value)
        return
    lo.heap.store(cell, value)
    if isinstance(value, Prim):
        value.contained = True
    if isinstance(value, WORTH):
        lo.makes += 1


def keys(obj: Value) -> list[Value]:
    """The indexes or keys of its slots, as values."""
    texts = [slot[1:-1] for slot in obj.slots] if isinstance(obj, Obj) else []
    return [Ordinal(int(text)) if text.isdigit() else None for text in texts]


def map_type(lo: Lowering, obj: Obj) -> ast.Type | None:
    """The type literal behind a container's type."""
    under = lo.facts.underlying(obj.ty)
    return under.node if under is not None else None


def _can_tell(obj: Obj) -> bool:
    return ALL not in obj.fields and not obj.external


def _add(lo: Lowering, obj: Obj, slot: str) -> None:
    ty = element_type(lo, obj)
    cell = obj.fields[slot] = lo.heap.new_cell(ALL, ty)
    obj.slots.append(slot)
    if _has_zero(lo, obj):
        made = obj.made.node if obj.made is not None else ast.Bad(at=0, end=0)
        cell.value = making.zero(lo, ty, made, "", key=("slot", obj.ident, slot))


def _has_zero(lo: Lowering, obj: Obj) -> bool:
    """Whether an element is a struct in place, which is there before anything is stored."""
    ty = element_type(lo, obj)
    return ty is not None and not isinstance(ty.node, ast.PointerType) and lo.facts.struct(ty) is not None


def _key(index: Value) -> str | None:
    if isinstance(index, Ordinal):
        return str(index.number)
    if isinstance(index, Const) and type(index.value) in {int, str}:
        return str(index.value) if type(index.value) is int else repr(index.value)
    return None
