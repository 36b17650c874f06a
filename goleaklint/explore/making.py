"""Values that come into being: from outside, as zero values, by make; each one is a thing of the heap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goleaklint.explore.values import NIL, NOTHING, Cell, Const, Context, Prim, Unknown, Value
from goleaklint.facts.types import SYNC_NAMES, Ty, bare, canonical
from goleaklint.golang import ast

if TYPE_CHECKING:
    from goleaklint.explore.lowering import Lowering


_NIL_TYPES = frozenset(
    {
        *("context.Context", "context.CancelFunc", "context.CancelCauseFunc", "error", "any"),
        *("net.Conn", "net.Listener", "net.PacketConn", "net/http.Handler", "net/http.ResponseWriter"),
        *("net/http.RoundTripper", "os.Signal", "sync.Locker", "hash.Hash", "fmt.Stringer", "testing.TB"),
        *(f"io.{name}" for name in ("Reader", "Writer", "Closer", "Seeker", "ReaderAt", "WriterAt", "StringWriter")),
        *(f"io.{name}" for name in ("ReadCloser", "WriteCloser", "ReadWriter", "ReadWriteCloser", "ReadSeeker")),
    }
)
"""Named types whose zero value is nil."""


def external(lo: Lowering, cell: Cell, key: object) -> Value:
    """A value from outside: its primitives are silent, its fields are external too. It is kept in the cell."""
    if cell.value is not None:
        return cell.value
    ty = cell.ty
    name = canonical(ty)
    value: Value
    if ty is not None and isinstance(bare(ty).node, ast.ChanType):
        value = lo.heap.prim(key, "chan", cell.name, None, external=True)
    elif name in SYNC_NAMES:
        value = lo.heap.prim(key, SYNC_NAMES[name], cell.name, None, external=True)
    elif name == "context.Context":
        value = lo.heap.value(("context", key), lambda: Context(None))
    elif ty is not None and _has_parts(lo, ty):
        value = lo.heap.obj(("external", key), ty, external=True)
    else:
        value = lo.heap.value(("unknown", key), lambda: Unknown(ty))
    cell.value = value
    return value


def _has_parts(lo: Lowering, ty: Ty) -> bool:
    node = bare(ty).node
    return (
        isinstance(node, ast.SliceType | ast.ArrayType | ast.MapType | ast.StructType)
        or lo.facts.declared(ty) is not None
    )


def zero(lo: Lowering, ty: Ty | None, at: ast.Node, name: str, key: object = None) -> Value:
    """The zero value of a type at its declaration: a fresh primitive, an empty struct, nil."""
    if ty is None:
        return None
    if key is None:
        key = (lo.frame.context, id(at))
    node = ty.node
    kind = SYNC_NAMES.get(canonical(ty))
    if isinstance(node, ast.PointerType):
        return NIL
    if kind is not None:
        prim = made(lo, kind, name, at, key)
        prim.external = prim.external or (kind == "cond" and prim.lock is None)
        return prim
    if isinstance(node, ast.ChanType):
        return NIL
    under = lo.facts.underlying(ty)
    if under is not None and isinstance(under.node, ast.SliceType | ast.MapType | ast.ArrayType | ast.StructType):
        obj = lo.heap.obj(key, ty, lo.place(at), scope=lo.scopes)
        obj.is_zero = True
        return obj
    if isinstance(node, ast.TypeName) and not node.package and node.name == "bool":
        return Const(False)
    if isinstance(node, ast.TypeName) and not node.package and node.name == "int":
        return Const(0)
    if canonical(ty) in _NIL_TYPES or (under and isinstance(under.node, ast.InterfaceType | ast.FuncType)):
        return NIL
    return Unknown(ty)


def made(lo: Lowering, kind: str, name: str, at: ast.Node, key: object, **more: object) -> Prim:
    """A primitive made here; where that can happen more than once, the automaton says so."""
    prim = lo.heap.prim(key, kind, name, lo.place(at), **more)
    lo.makes += 1
    if len(lo.activations) > 1:
        prim.activation = lo.activations[-1]
    if lo.loops or lo.several:
        prim.repeated = True
    if prim.repeated or any(frame.turns for frame in lo.frames):
        lo.emit("make", prim, at)
    return prim


def dead_channel(lo: Lowering, at: ast.Node, name: str = "a nil channel") -> Prim:
    """A nil channel: an operation on it never goes on."""
    return lo.heap.prim(("nil", id(at)), "dead", name, None)


def unwritten(lo: Lowering, cell: Cell) -> Value:
    """What a cell reads as to which nothing has been stored."""
    if cell.maybe_nil and cell.ty is not None and isinstance(cell.ty.node, ast.ChanType):
        return NIL
    return NOTHING if lo.known.is_first and not cell.external else Unknown(cell.ty)
