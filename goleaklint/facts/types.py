"""Types as the source writes them: a syntax node together with the file whose imports give it meaning."""

from __future__ import annotations

from typing import NamedTuple

from goleaklint.golang import ast
from goleaklint.golang.source import SourceFile


class Ty(NamedTuple):
    """A type expression in its file."""

    node: ast.Type
    file: SourceFile


def bare(ty: Ty) -> Ty:
    """The type behind any number of pointers."""
    node = ty.node
    if not isinstance(node, ast.PointerType):
        return ty
    while isinstance(node, ast.PointerType):
        node = node.elem
    return Ty(node, ty.file)


def canonical(ty: Ty | None) -> str:
    """`sync.WaitGroup`, `golang.org/x/sync/errgroup.Group`; a type of the package itself is its bare name; else ""."""
    if ty is None:
        return ""
    node = ty.node
    while isinstance(node, ast.PointerType):
        node = node.elem
    if not isinstance(node, ast.TypeName):
        return ""
    if not node.package:
        return node.name
    path = ty.file.imports.get(node.package, node.package)
    return f"{standard_path(path)}.{node.name}"


def standard_path(path: str) -> str:
    """The import path under which a package is known here: `golang.org/x/net/context` is `context` under its old name.

    Old trees keep it below a folder of their own (`Godeps/_workspace/src/...`).
    """
    return "context" if path.endswith("golang.org/x/net/context") else path


def element(ty: Ty) -> Ty | None:
    """What indexing or ranging over a value of this type gives, where the type itself says so."""
    node = bare(ty).node
    if isinstance(node, ast.SliceType | ast.ArrayType | ast.ChanType):
        return Ty(node.elem, ty.file)
    if isinstance(node, ast.MapType):
        return Ty(node.value, ty.file)
    return None


SYNC_NAMES = {
    "sync.Mutex": "mutex",
    "sync.RWMutex": "rwmutex",
    "sync.WaitGroup": "wg",
    "sync.Cond": "cond",
    "sync.Once": "once",
    "golang.org/x/sync/errgroup.Group": "group",
}
"""Canonical type name -> the kind of primitive that a zero value of it is."""

TESTING = frozenset({"testing.T", "testing.B", "testing.F", "testing.TB"})
