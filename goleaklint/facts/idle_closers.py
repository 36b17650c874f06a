"""Methods by which a type seems to end what it has started, and which do nothing.

A method of an embedded type is one of the type's own, to all who look at it (Go specification, "Struct types").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from goleaklint.facts.package import PackageFacts
from goleaklint.facts.types import Ty
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.model import Related, Role

CLOSERS = ("Close", "Stop", "Shutdown", "Destroy", "close", "stop", "shutdown", "destroy")


def idle_closers(facts: PackageFacts, owners: Iterable[str]) -> Iterator[Related]:
    """The closing methods of these types that do nothing, for the story of what they should have ended."""
    for owner in sorted(owners):
        for name in CLOSERS:
            decl = _method(facts, owner, name)
            if decl is None or decl.file.is_test or not _does_nothing(decl):
                continue
            what = f"{name} of {decl.recv_type}, which is promoted to {owner}," if decl.recv_type != owner else name
            yield Related(Role.PARTNER, decl.file.span(decl.at, decl.end), f"{what} does nothing")


def _method(facts: PackageFacts, owner: str, name: str) -> FuncDecl | None:
    own = facts.methods.get((owner, name))
    declared = facts.types.get(owner)
    if own is not None or declared is None or not isinstance(declared.type, ast.StructType):
        return own
    found = facts.method(Ty(declared.type, declared.file), name)
    return found[0] if found is not None else None


def _does_nothing(decl: FuncDecl) -> bool:
    """`{}`, `{ return nil }`."""
    if decl.body is None:
        return False
    return all(
        isinstance(stmt, ast.Return)
        and all(isinstance(value, ast.Literal) or _is_constant(value) for value in stmt.values)
        for stmt in decl.body.body
    )


def _is_constant(value: ast.Expr) -> bool:
    return isinstance(value, ast.Name) and value.name in ("nil", "true", "false")
