"""Whether anything is ever put into a slice or map that a package keeps in an unexported field.

Only its package can (Go specification, "Exported identifiers"). Every mention of the field's name is looked at, of
whatever type; one that is not known to leave the field empty counts as filling it.
"""

from __future__ import annotations

import re

from goleaklint.facts.module import module_of
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import Ty, bare, canonical
from goleaklint.golang import ast
from goleaklint.golang.walk import descend

_LOOKS = frozenset({"len", "cap", "delete", "clear"})


def is_never_filled(facts: PackageFacts, owner: str, name: str) -> bool:
    """Whether no code of the package puts an element into the field of that type."""
    key = ("never filled", owner, name)
    if key not in facts.memo:
        facts.memo[key] = _is_never_filled(facts, owner, name)
    return facts.memo[key] is True


def _is_never_filled(facts: PackageFacts, owner: str, name: str) -> bool:
    word = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
    keyless = re.compile(rb"\b" + re.escape(owner.encode()) + rb"(?:\[\w+\])?[{(]")
    if _is_elsewhere(facts, word):
        return False
    for file in facts.unit.files:
        for value in file.values:
            if word.search(file.data, value.at, value.end) or keyless.search(file.data, value.at, value.end):
                return False
        for decl in file.funcs:
            if decl.body is None or not (word.search(decl.text) or keyless.search(decl.text)):
                continue
            known = bindings(facts, decl)
            if any(_fills(known, node, owner, name) for node in descend(decl.body)):
                return False
    return True


def _is_elsewhere(facts: PackageFacts, word: re.Pattern[bytes]) -> bool:
    """Whether a file for another system mentions the name."""
    module = module_of(facts)
    here = {file.path for file in facts.unit.files}
    texts = module.texts(facts.unit.import_path) if module is not None else {}
    return any(word.search(text) for path, text in texts.items() if path not in here)


def _fills(known: Bindings, node: ast.Node, owner: str, name: str) -> bool:
    match node:
        case ast.Bad():
            return True
        case ast.Selector() if node.name == name:
            on = known.facts.field(known.type_of(node.x), name)
            return (on is None or on[1] == owner) and not _leaves_empty(known, node)
        case ast.Element(key=ast.Name(name=key)) if key == name:
            return not is_empty(known, node.value)
        case ast.Composite(type=ast.TypeName(package="", name=made)) if made == owner:
            return any(element.key is None for element in node.elements)
        case ast.Call(fun=ast.Name(name=made)) if made == owner:
            return True  # a conversion from a type with the same fields
    return False


def _leaves_empty(known: Bindings, node: ast.Expr) -> bool:
    """Whether what stands around a mention of the field puts nothing into it."""
    tree = parents(known)
    outer = tree.of(node)
    match outer:
        case ast.Range(x=over):
            return over is node
        case ast.Binary(op="==" | "!="):
            return True
        case ast.Call(fun=ast.Name(name=called)):
            return called in _LOOKS
        case ast.Index(x=inner) if inner is node:
            around = tree.of(outer)
            is_target = isinstance(around, ast.Assign) and any(target is outer for target in around.left)
            return not is_target and not (isinstance(around, ast.Unary) and around.op == "&")
        case ast.SliceExpr(x=inner) if inner is node:
            around = tree.of(outer)
            return isinstance(around, ast.Assign) and all(_is_field(target, node) for target in around.left)
        case ast.Assign() if any(target is node for target in outer.left):
            place = next(index for index, target in enumerate(outer.left) if target is node)
            return len(outer.right) == len(outer.left) and is_empty(known, outer.right[place])
    return False


def _is_field(target: ast.Expr, node: ast.Expr) -> bool:
    return isinstance(target, ast.Selector) and isinstance(node, ast.Selector) and target.name == node.name


def is_empty(known: Bindings, value: ast.Expr) -> bool:
    """Whether a value of a slice or map has no elements: nil, an empty literal, make, `x.f[:0]`."""
    match value:
        case ast.Name(name="nil"):
            return known.var(value) is None
        case ast.Composite():
            return not value.elements
        case ast.Call():
            size = value.args[1] if len(value.args) > 1 else None
            is_zero = size is None or (isinstance(size, ast.Literal) and size.text == "0")
            made = value.args[0] if value.args else None
            is_map = isinstance(made, ast.TypeExpr) and isinstance(made.type, ast.MapType)
            return known.api(value) == "make" and (is_zero or is_map)
        case ast.SliceExpr(bounds=[ast.Literal(text="0")]):
            return True
    return False


def elements(facts: PackageFacts, ty: Ty) -> Ty | None:
    """The elements of a slice or map type, None for other types."""
    under = facts.underlying(ty)
    node = bare(under).node if under is not None else None
    if under is None or not isinstance(node, ast.SliceType | ast.MapType):
        return None
    return Ty(node.elem if isinstance(node, ast.SliceType) else node.value, under.file)


def type_name(ty: Ty | None) -> str:
    """The name of a type of the package itself, "" for others."""
    name = canonical(ty)
    return "" if "." in name else name
