"""Acquired values that go into a field: which field it is, and what the package does with it afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from goleaklint.facts.fresh import fails_after
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.obligations import RECEIVER, Api, duties
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import Ty, canonical
from goleaklint.facts.uses import Thing, Use, use_of
from goleaklint.golang import ast

Key = tuple[str, str]  # the name of the type and that of the field


class Kept(NamedTuple):
    """A call whose value goes into a field of a type of the package, and to nobody else."""

    key: Key
    known: Bindings
    function: Function
    call: ast.Call
    api: Api


def kept(known: Bindings, table: Mapping[str, Api]) -> Iterator[Kept]:
    """The acquisitions of a declaration that a field keeps."""
    for duty in duties(known, table):
        if duty.api.result == RECEIVER:
            continue
        if isinstance(duty.value, ast.Selector):
            key = _field(known, duty.value)
        else:
            key = _only_field(known, duty.var, duty.api) if duty.var is not None else None
        if key is not None:
            yield Kept(key, known, duty.function, duty.call, duty.api)
    single = {name.rpartition(".")[2].encode() for name, api in table.items() if api.error is None}
    if not any(name + b"(" in known.decl.text for name in single):
        return
    for function in known.functions:
        for node in function.own():
            match node:
                case ast.Composite():
                    found = [(_element(known, node, one), one.value) for one in node.elements]
                case ast.Assign(left=left, right=right) if len(left) == len(right) and len(left) > 1:
                    pairs = zip(left, right, strict=True)
                    found = [(_field(known, one), value) for one, value in pairs if isinstance(one, ast.Selector)]
                case _:
                    continue
            for key, value in found:
                api = table.get(known.api(value))
                if key is not None and api is not None and isinstance(value, ast.Call) and api.error is None:
                    yield Kept(key, known, function, value, api)


def _only_field(known: Bindings, var: Var, api: Api) -> Key | None:
    """The one field that a variable is stored in; None when somebody else has it, or may release it."""
    keys: set[Key] = set()
    tree = parents(known)
    for read in var.reads:
        around = tree.of(read)
        key: Key | None = None
        match around:
            case ast.Element(value=value) if value is read:
                outer = tree.of(around)
                key = _element(known, outer, around) if isinstance(outer, ast.Composite) else None
            case ast.Assign(left=left, right=right) if read in right and len(left) == len(right):
                target = left[right.index(read)]
                key = _field(known, target) if isinstance(target, ast.Selector) else None
        if key is not None:
            keys.add(key)
            continue
        use = use_of(known, read, api.thing)
        if use > Use.DRAINS and not (use is Use.RELEASES and fails_after(known, read)):
            return None
    return keys.pop() if len(keys) == 1 and len(var.stores) == 1 else None


def _field(known: Bindings, target: ast.Selector) -> Key | None:
    found = known.facts.field(known.type_of(target.x), target.name)
    return (found[1], target.name) if found is not None else None


def _element(known: Bindings, around: ast.Composite, element: ast.Element) -> Key | None:
    if not isinstance(element.key, ast.Name) or not isinstance(around.type, ast.TypeName):
        return None
    return canonical(Ty(around.type, known.file)), element.key.name


def is_left_alone(facts: PackageFacts, key: Key, thing: Thing) -> bool:
    """Whether nothing in the package does more with a field than to look at what it holds."""
    owner, name = key
    pattern = re.compile(rb"\.\s*" + name.encode() + rb"\b")
    keyless = re.compile(rb"\b" + owner.encode() + rb"\{\s*[^\s}][^:}]*[,}]")
    for file in facts.unit.files:
        if keyless.search(file.data):
            return False
        offsets = [match.start() for match in pattern.finditer(file.data)]
        for decl in file.funcs:
            inside = [at for at in offsets if decl.at <= at < decl.end]
            if inside and not file.is_test and not _looks(bindings(facts, decl), key, thing):
                return False
            offsets = [at for at in offsets if not decl.at <= at < decl.end]
        if any(b"//" not in file.data[file.data.rfind(b"\n", 0, at) + 1 : at] for at in offsets):
            return False  # in the value of a package variable
    return True


def _looks(known: Bindings, key: Key, thing: Thing) -> bool:
    owner, name = key
    for function in known.functions:
        stored = {
            target for node in function.own() if isinstance(node, ast.Assign) and node.op == "=" for target in node.left
        }
        for node in function.own():
            if not isinstance(node, ast.Selector) or node.name != name or node in stored:
                continue
            found = known.facts.field(known.type_of(node.x), name)
            if (found is None or found[1] == owner) and use_of(known, node, thing) > Use.DRAINS:
                return False
    return True
