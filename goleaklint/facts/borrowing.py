"""Parameters that cannot release what they are given: their type has no method for it."""

from __future__ import annotations

from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.types import Ty, canonical
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.source import SourceFile

_STANDARD = frozenset(
    f"io.{name}" for name in ("Reader", "Writer", "ReadWriter", "ByteReader", "ReaderAt", "WriterTo", "ReaderFrom")
)


def only_borrows(facts: PackageFacts, decl: FuncDecl, type_: Ty | None, release: frozenset[str]) -> bool:
    """Whether a function cannot release what it gets by this parameter, nor start a goroutine that reads it.

    `if closer, ok := reader.(io.Closer); ok {` asks for more than the type says.
    """
    if b".(" in decl.text or b"go " in decl.text or b".Go(" in decl.text:
        return False
    return _is_plain(facts, type_, release)


def is_lent(known: Bindings, call: ast.Call, arg: ast.Node, release: frozenset[str]) -> bool:
    """Whether a function that is out of view cannot release an argument, by its signature: `write func(io.Writer)`."""
    signature = _signature(known, call.fun)
    at = next((index for index, one in enumerate(call.args) if one is arg), None)
    if signature is None or at is None or at >= len(signature[0].params) or signature[0].params[at].variadic:
        return False
    return _is_plain(known.facts, Ty(signature[0].params[at].type, signature[1]), release)


def _signature(known: Bindings, fun: ast.Expr) -> tuple[ast.FuncType, SourceFile] | None:
    under = known.facts.underlying(known.type_of(fun))
    if under is not None and isinstance(under.node, ast.FuncType):
        return under.node, under.file
    if not isinstance(fun, ast.Selector):
        return None
    owner = known.facts.underlying(known.type_of(fun.x))
    if owner is None or not isinstance(owner.node, ast.InterfaceType):
        return None
    return next(((one.type, owner.file) for one in owner.node.methods if one.name == fun.name), None)


def _is_plain(facts: PackageFacts, type_: Ty | None, release: frozenset[str]) -> bool:
    if type_ is None:
        return False
    name = canonical(type_)
    if "." in name:
        return name in _STANDARD
    under = facts.underlying(type_)
    if not name or under is None or not isinstance(under.node, ast.InterfaceType):
        return False
    if not under.node.methods and not under.node.embeds:
        return False  # any
    return not any(method.name in release for method in under.node.methods) and all(
        _is_plain(facts, Ty(embedded, under.file), release) for embedded in under.node.embeds
    )
