"""Constructors that give what another constructor gave: as it came, or kept in a field of a value of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from goleaklint.facts import typed
from goleaklint.facts.candidates import constructors
from goleaklint.facts.events import Key, is_closing, uses_of
from goleaklint.facts.functions import Var
from goleaklint.facts.owners import Owner, direct, is_root_context, leading_to, returned_at
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import parents
from goleaklint.facts.possession import is_plain
from goleaklint.facts.references import Reference, around_in
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.sharing import goes_elsewhere
from goleaklint.facts.types import Ty, canonical
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend

_DEEP = 4


def constructed(facts: PackageFacts, decl: FuncDecl, depth: int = 0) -> Owner | None:
    """The owner that a function returns, None when it returns none or when that is not in view."""
    found = direct(facts, decl)
    if found is not None or depth >= _DEEP:
        return found
    key = ("wrapping owner", decl)
    if key not in facts.memo:
        facts.memo[key] = None  # for one that calls itself
        facts.memo[key] = next(_composed(facts, decl, depth), None)
    composed = facts.memo[key]
    assert composed is None or isinstance(composed, Owner)
    return composed


def _composed(facts: PackageFacts, decl: FuncDecl, depth: int) -> Iterator[Owner]:
    pattern = constructors(facts, decl.file) if decl.body is not None and decl.type.results else None
    if pattern is None or not pattern.search(decl.text, decl.text.find(b"{")):
        return
    known = bindings(facts, decl)
    for node in known.functions[0].own():
        if not isinstance(node, ast.Call) or not pattern.search(known.file.data, node.at, node.fun.end + 1):
            continue
        found = typed.callee(known, node)
        inner = constructed(*found, depth + 1) if found is not None and found[1] is not decl else None
        given = _given(known, node, inner) if inner is not None else None
        if inner is None or given is None:
            continue
        owner = _handed_on(known, node, inner)
        if owner is not None:
            yield replace(owner, given=given)


def _given(known: Bindings, call: ast.Call, inner: Owner) -> frozenset[int] | None:
    """The parameters whose end is the end of what was made, None when something else may end it."""
    params = known.functions[0].params[known.decl.recv is not None :]
    found: set[int] = set()
    for index in inner.given:
        arg = call.args[index] if index < len(call.args) else None
        var = known.var(arg)
        if var is not None and var in params and not var.stores:
            found.add(params.index(var))
        elif not is_root_context(known, arg):
            return None
    return frozenset(found)


def _handed_on(known: Bindings, call: ast.Call, inner: Owner) -> Owner | None:
    """Where the result of a call goes: to the caller, or into a field of what the caller gets."""
    outer = parents(known).of(call)
    match outer:
        case ast.Return(values=[only]) if only is call:
            return inner
        case ast.Return() if inner.result == 0:
            return replace(inner, result=outer.values.index(call))
        case ast.Assign(left=left, right=[only]) if only is call and inner.result < len(left):
            target = left[inner.result]
            if isinstance(target, ast.Selector):
                return _kept_in(known, known.var(target.x), target.name, inner)
            return _of_variable(known, known.var(target), inner)
        case ast.VarDecl(names=names, values=[only]) if only is call and inner.result < len(names):
            return _of_variable(known, known.var(names[inner.result]), inner)
        case ast.Element() if inner.result == 0:
            return _element(known, call, inner)
    return None


def _of_variable(known: Bindings, var: Var | None, inner: Owner) -> Owner | None:
    if var is None or var.kind != "local" or len(var.stores) != 1 or var.function is not known.functions[0]:
        return None
    others = [
        read
        for read in var.reads
        if not is_plain(known, read, around_in(known, read), inner) and not fails_after(known, read)
    ]
    places = {returned_at(known, read) for read in others}
    if len(places) == 1 and None not in places:
        return replace(inner, result=places.pop() or 0)
    if len(others) != 1:
        return None
    outer = parents(known).of(others[0])
    if isinstance(outer, ast.Element):
        return _element(known, others[0], inner)
    if isinstance(outer, ast.Assign) and len(outer.left) == 1 and isinstance(outer.left[0], ast.Selector):
        return _kept_in(known, known.var(outer.left[0].x), outer.left[0].name, inner)
    return None


def _element(known: Bindings, node: ast.Node, inner: Owner) -> Owner | None:
    """`return &T{part: node}`, `t := &T{part: node}`."""
    tree = parents(known)
    element = tree.of(node)
    composite = tree.of(element) if element is not None else None
    if not isinstance(element, ast.Element) or not isinstance(composite, ast.Composite) or composite.type is None:
        return None
    if not isinstance(element.key, ast.Name):
        return None
    outer = tree.of(composite)
    value: ast.Node = composite
    if isinstance(outer, ast.Unary) and outer.op == "&":
        value, outer = outer, tree.of(outer)
    ty = Ty(composite.type, known.file)
    if isinstance(outer, ast.Return):
        place = next((index for index, one in enumerate(outer.values) if one is value), 0)
        return _wrapper(known, ty, element.key.name, inner, place)
    if isinstance(outer, ast.Assign) and len(outer.left) == 1:
        return _kept_in(known, known.var(outer.left[0]), element.key.name, inner)
    return None


def _kept_in(known: Bindings, var: Var | None, name: str, inner: Owner) -> Owner | None:
    """`t.part = made`, where t is made here, and returned to nobody but the caller."""
    if var is None or var.kind != "local" or len(var.stores) != 1 or goes_elsewhere(known, var):
        return None
    value = var.value.x if isinstance(var.value, ast.Unary) else var.value
    ty = known.type_of_var(var)
    places = {place for read in var.reads if (place := returned_at(known, read)) is not None}
    if not isinstance(value, ast.Composite) or ty is None or len(places) != 1:
        return None
    return _wrapper(known, ty, name, inner, places.pop())


def _wrapper(known: Bindings, ty: Ty, name: str, inner: Owner, place: int) -> Owner | None:
    """The owner of an owner: closed by whoever does more with the field than to use it."""
    facts = known.facts
    found = facts.field(ty, name)
    if found is None or facts.struct(ty) is None:
        return None
    key = (found[1], name)
    enders = leading_to(facts, releasers_of(facts, key, inner), known.decl)
    closers = frozenset(one for _, one in enders)
    if _is_embedded(facts, ty, name):
        # What the inner one promises the outer one does, unless it has a method of that name.
        closers |= {one for one in inner.closers if (canonical(ty), one) not in facts.methods}
        enders |= inner.enders
    if not closers or not any(is_closing(one) for one in closers):
        return None
    return replace(inner, home=facts, ty=ty, closers=closers, enders=enders, fields=frozenset({name}), result=place)


def is_stored(known: Bindings, call: ast.Call) -> bool:
    """Whether a call may put its result into a field: the cheap half of the question."""
    outer = parents(known).of(call)
    return isinstance(outer, ast.Element) or (
        isinstance(outer, ast.Assign) and any(isinstance(target, ast.Selector) for target in outer.left)
    )


def forgotten(known: Bindings, call: ast.Call, owner: Owner) -> tuple[Key, FuncDecl] | None:
    """The field that keeps what a call made, and the closer of its type; None when anything may end the value."""
    facts, tree = known.facts, parents(known)
    outer = tree.of(call)
    key: Key | None = None
    if isinstance(outer, ast.Element) and isinstance(outer.key, ast.Name):
        composite = tree.of(outer)
        if isinstance(composite, ast.Composite) and isinstance(composite.type, ast.TypeName):
            key = (canonical(Ty(composite.type, known.file)), outer.key.name)
    elif isinstance(outer, ast.Assign) and outer.right == [call] and owner.result < len(outer.left):
        target = outer.left[owner.result]
        if isinstance(target, ast.Selector):
            found = facts.field(known.type_of(target.x), target.name)
            key = (found[1], target.name) if found is not None else None
    if key is None or key[0] not in facts.types or not key[1][:1].islower():
        return None
    closer = next((facts.methods[key[0], name] for name in _CLOSERS if (key[0], name) in facts.methods), None)
    if closer is None or closer.body is None or not closer.body.body or releasers_of(facts, key, owner):
        return None
    if owner.home is facts and key[0] in owner.asked:
        return None  # its goroutine also waits for a field of the type that keeps it
    if _ends_it(facts, closer, key, owner):
        return None  # `m.part.close()`, where part is a field of an embedded one
    return key, closer


def _ends_it(facts: PackageFacts, closer: FuncDecl, key: Key, owner: Owner) -> bool:
    """Whether a closer that ends such goroutines reaches into the field that keeps it, which it need not name."""
    if owner.home is not facts or closer.body is None or (closer.recv_type, closer.name) not in owner.enders:
        return False
    known = bindings(facts, closer)
    parts = (node for node in descend(closer.body) if isinstance(node, ast.Selector))
    found = (facts.field(known.type_of(part.x), part.name) for part in parts)
    return any(one is not None and key[1] in one[2] for one in found)


_CLOSERS = ("Close", "Stop", "Shutdown", "close", "stop", "shutdown")


def _is_embedded(facts: PackageFacts, ty: Ty, name: str) -> bool:
    struct = facts.struct(ty)
    return struct is not None and any(field.embedded and field.name == name for field in struct[0].fields)


def releasers_of(facts: PackageFacts, key: Key, inner: Owner) -> list[FuncDecl]:
    """The functions of a package that close what a field holds, or hand it on."""
    return [
        use.known.decl for use in uses_of(facts, key) if use.known is not None and not _is_store_or_plain(use, inner)
    ]


def _is_store_or_plain(use: Reference, inner: Owner) -> bool:
    outer = use.around[-1] if use.around else None
    if outer is use.node or (isinstance(outer, ast.Assign) and use.node in outer.left):
        return True
    return use.known is not None and is_plain(use.known, use.node, use.around, inner)


def fails_after(known: Bindings, read: ast.Node) -> bool:
    """`if err != nil { part.Close(); return nil, err }`: on its way to an error."""
    tree = parents(known)
    node: ast.Node | None = tree.of(read)
    while node is not None and not isinstance(node, ast.Block | ast.FuncLit | ast.Defer | ast.Go):
        node = tree.of(node)
    last = node.body[-1] if isinstance(node, ast.Block) and node.body else None
    return (
        isinstance(last, ast.Return)
        and bool(last.values)
        and any(isinstance(value, ast.Name) and value.name == "nil" for value in last.values[:-1])
    )
