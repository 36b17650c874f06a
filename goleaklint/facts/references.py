"""Where a function is mentioned, in its own package and in those of the module that import it; tests left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from goleaklint.facts.functions import Function
from goleaklint.facts.module import module_of
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.typed import Typed, typed
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import children

_MOST_IMPORTERS = 60
_MOST_SITES = 40


@dataclass(frozen=True, eq=False)
class Reference:
    """One mention. `around` are the nodes around it, outermost first; `call` is set when it is what is called.

    `known` is None in the value of a package variable.
    """

    facts: PackageFacts
    known: Bindings | None
    node: ast.Node
    around: tuple[ast.Node, ...]

    @property
    def call(self) -> ast.Call | None:
        """The call of the function, None when it is only mentioned."""
        outer = self.around[-1] if self.around else None
        return outer if isinstance(outer, ast.Call) and outer.fun is self.node else None

    @property
    def literal(self) -> ast.FuncLit | None:
        """The function literal that holds the mention, None when the declaration itself does."""
        return next((node for node in reversed(self.around) if isinstance(node, ast.FuncLit)), None)

    @property
    def function(self) -> Function | None:
        """The function that holds the mention."""
        if self.known is None:
            return None
        literal = self.literal
        return next((one for one in self.known.functions if one.node is literal), None)


def references(facts: PackageFacts, decl: FuncDecl) -> list[Reference] | None:
    """Every mention of a function outside of tests; None when there are places that may be mentions or not."""
    key = ("references", decl)
    if key not in facts.memo:
        facts.memo[key] = _references(facts, decl)
    found = facts.memo[key]
    assert found is None or isinstance(found, list)
    return found


def _references(facts: PackageFacts, decl: FuncDecl) -> list[Reference] | None:
    found: list[Reference] = []
    for other in [facts, *_importers(facts, decl)]:
        for reference in mentions(other, decl.name):
            is_one = mention_in(facts, decl, reference)
            if is_one is None or len(found) > _MOST_SITES:
                return None
            if is_one:
                found.append(reference)
    return found


def _importers(facts: PackageFacts, decl: FuncDecl) -> Iterator[PackageFacts]:
    module = module_of(facts)
    if module is None or not decl.name[:1].isupper() or facts.unit.package == "main":
        return
    word = re.compile(rb"\b" + re.escape(decl.name.encode()) + rb"\b")
    for path in module.importers(facts.unit.import_path)[:_MOST_IMPORTERS]:
        if any(word.search(text) for text in module.texts(path).values()):
            other = module.package(path)
            if other is not None:
                yield other


def mentions(facts: PackageFacts, name: str, *, elements: bool = False) -> Iterator[Reference]:
    """Every place outside of tests at which a package writes a name or selects a field or method of this name.

    With `elements` those, too, at which a composite literal gives a field of this name its value.
    """
    word = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
    for file in facts.unit.files:
        if file.is_test or not word.search(file.data):
            continue
        for func in file.funcs:
            if len(word.findall(func.text)) > (func.name == name) and func.body is not None:
                known = bindings(facts, func)
                yield from (Reference(facts, known, node, around) for node, around in _named(func.body, name, elements))
        for value in file.values:
            if word.search(file.data, value.at, value.end):
                for initial in value.values:
                    yield from (
                        Reference(facts, None, node, around) for node, around in _named(initial, name, elements)
                    )


def _named(top: ast.Node, name: str, elements: bool) -> Iterator[tuple[ast.Node, tuple[ast.Node, ...]]]:
    stack: list[tuple[ast.Node, tuple[ast.Node, ...]]] = [(top, ())]
    while stack:
        node, around = stack.pop()
        if isinstance(node, ast.Name | ast.Selector) and node.name == name:
            yield node, around
        if isinstance(node, ast.Element) and isinstance(node.key, ast.Name):
            if elements and node.key.name == name:
                yield node, around
            stack.append((node.value, (*around, node)))
            continue
        stack += [(child, (*around, node)) for child in reversed(children(node))]


def mention_in(facts: PackageFacts, decl: FuncDecl, at: Reference) -> bool | None:
    """Whether a name means the function; None when the types in view do not tell."""
    node, here = at.node, at.facts is facts
    if isinstance(node, ast.Name):
        return here and decl.recv is None and (at.known is None or at.known.var(node) is None)
    assert isinstance(node, ast.Selector)
    if at.known is None:
        return None if decl.recv is not None else _qualifier(facts, at)
    imported = at.known.imported(node.x)
    if decl.recv is None or imported:
        return decl.recv is None and imported == facts.unit.import_path
    call = at.call
    if call is not None and not call.spread and not _takes(decl, len(call.args)):
        return False
    owner = typed(at.known, node.x)
    if owner is None:
        return None
    return _is_method_of(facts, decl, owner)


def _qualifier(facts: PackageFacts, at: Reference) -> bool:
    node = at.node
    assert isinstance(node, ast.Selector)
    name = node.x.name if isinstance(node.x, ast.Name) else ""
    return any(
        file.imports.get(name) == facts.unit.import_path
        for file in at.facts.unit.files
        if any(value.at <= node.at < value.end for value in file.values)
    )


def _takes(decl: FuncDecl, count: int) -> bool:
    params = decl.type.params
    return count >= len(params) - 1 if params and params[-1].variadic else count in (1, len(params))


def _is_method_of(facts: PackageFacts, decl: FuncDecl, owner: Typed) -> bool | None:
    """Whether `x.name`, with x of this type, is the method: of its type, or of an interface that the type has."""
    if owner.facts is None:
        return False
    if owner.facts.unit.import_path == facts.unit.import_path and owner.name == decl.recv_type:
        return True
    under = owner.facts.underlying(owner.ty)
    if under is not None and isinstance(under.node, ast.InterfaceType):
        wanted = {spec.name for spec in under.node.methods}
        if decl.name not in wanted:
            return None if under.node.embeds else False
        return all((decl.recv_type, name) in facts.methods for name in wanted)
    found = owner.facts.method(owner.ty, decl.name)
    if found is not None:
        return (found[0].file.path, found[0].at) == (decl.file.path, decl.at)
    struct = owner.facts.struct(owner.ty)
    return None if struct is not None and any(field.embedded for field in struct[0].fields) else False


def around_in(known: Bindings, node: ast.Node) -> tuple[ast.Node, ...]:
    """The nodes around one of a declaration's body, outermost first."""
    return tuple(parents(known).around(node))[::-1]
