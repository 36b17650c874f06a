"""Functions of a package that return what a table's call acquired, as it came: their callers have the duty then."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from goleaklint.facts.functions import Var
from goleaklint.facts.obligations import RECEIVER, Api, Duty, duties
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import Ty, canonical
from goleaklint.facts.uses import Use, use_of
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl

_NESTED = 2  # functions that return what such a function returns


def calls(table: Mapping[str, Api]) -> re.Pattern[bytes]:
    """Matches the text of a function that may call one of these."""
    names = sorted({name.rpartition(".")[2] for name in table})
    return re.compile(rb"\b(?:" + "|".join(re.escape(name) for name in names).encode() + rb")\(")


def fresh(
    facts: PackageFacts, table: Mapping[str, Api], pattern: re.Pattern[bytes], paths: Collection[str]
) -> dict[str, Api]:
    """The functions and methods by the name that `Bindings.api` gives a call of them.

    `pattern` finds the calls of the table, `paths` are the packages that its values are of.
    """
    files = [file for file in facts.unit.files if not file.is_test and any(p in paths for p in file.imports.values())]
    found: dict[str, Api] = {}
    for _ in range(_NESTED):
        more: dict[str, Api] = {}
        for decl in (decl for file in files if pattern.search(file.data) for decl in file.funcs):
            if not pattern.search(decl.file.data, decl.at, decl.end) or not _gives_any(decl, paths):
                continue
            name = f"({decl.recv_type}).{decl.name}" if decl.recv_type else decl.name
            api = None
            if name not in found and decl.body is not None and not decl.type_params:
                api = _given(bindings(facts, decl), {**table, **found})
            if api is not None:
                more[name] = api
        if not more:
            break
        found |= more
        pattern = calls(more)
    return found


def _gives_any(decl: FuncDecl, paths: Collection[str]) -> bool:
    """Whether a result is of one of the packages, or of io, as the body of a response is."""
    kinds = [canonical(Ty(result.type, decl.file)).rpartition(".")[0] for result in decl.type.results]
    return any(kind in paths or kind == "io" for kind in kinds)


def _given(known: Bindings, table: Mapping[str, Api]) -> Api | None:
    """What is given when each return gives a nil, or a value of the table that nothing but a look was taken at."""
    function = known.functions[0]
    results = function.type.results
    sources: dict[Var, list[Duty]] = {}
    for duty in duties(known, table):
        if duty.var is not None and duty.function is function and duty.api.result != RECEIVER:
            sources.setdefault(duty.var, []).append(duty)
    index: int | None = None
    source: Api | None = None
    made: ast.Node | None = None
    returned: list[Var] = []
    for node in function.own():
        if not isinstance(node, ast.Return):
            continue
        only = table.get(known.api(node.values[0])) if len(node.values) == 1 else None
        if only is not None and only.result != RECEIVER:
            at, one, where = only.result, only, node.values[0]
        else:
            ours = next(_ours(known, node, sources), None)
            if ours is None:
                if not _gives_nil(node, results, index):
                    return None
                continue
            at, var, field = ours
            duty = sources[var][0]
            thing = duty.api.thing
            one, where = replace(duty.api, thing=dict(thing.inner)[field] if field else thing), duty.call
            returned.append(var)
        if index not in (None, at) or (source is not None and source.thing != one.thing):
            return None
        index, source, made = at, one, where
    if index is None or source is None or made is None or index >= len(results):
        return None
    if not all(_is_only_returned(known, var, sources[var], index) for var in returned):
        return None
    kinds = [canonical(Ty(result.type, known.file)) for result in results]
    error = kinds.index("error") if kinds.count("error") == 1 else None
    if "." not in kinds[index]:
        return None
    return Api(source.thing, index, error, known.head(made))


def _ours(known: Bindings, node: ast.Return, sources: Mapping[Var, list[Duty]]) -> Iterator[tuple[int, Var, str]]:
    """The values of a return that were acquired: `response`, or what is to be released of it, `response.Body`."""
    for index, value in enumerate(node.values):
        var, field = known.var(value), ""
        if var is None and isinstance(value, ast.Selector):
            var, field = known.var(value.x), value.name
        if var is not None and var in sources and (not field or field in dict(sources[var][0].api.thing.inner)):
            yield index, var, field


def _gives_nil(node: ast.Return, results: list[ast.Param], index: int | None) -> bool:
    """Whether a return that gives no value of the table gives none at all."""
    if len(node.values) != len(results):
        return False
    values = node.values if index is None else [node.values[index]]
    return any(isinstance(value, ast.Name) and value.name == "nil" for value in values)


def _is_only_returned(known: Bindings, var: Var, made: list[Duty], index: int) -> bool:
    """Whether nothing has the value but the caller; a path that fails may have released it."""
    declared = int(var.value is None and var.kind == "local")
    if var.kind == "param" or len(var.stores) != len(made) + declared:
        return False
    thing = made[0].api.thing
    tree = parents(known)
    for read in var.reads:
        around = tree.of(read)
        if isinstance(around, ast.Return) or (around is not None and isinstance(tree.of(around), ast.Return)):
            continue
        use = use_of(known, read, thing)
        if use is Use.LOOKS or (use is Use.RELEASES and fails_after(known, read, index)):
            continue
        return False
    return True


def fails_after(known: Bindings, read: ast.Node, index: int = 0) -> bool:
    """`{ response.Body.Close(); return nil, err }`: the block around ends with a return that gives nil."""
    tree = parents(known)
    node: ast.Node | None = tree.of(read)
    while node is not None and not isinstance(node, ast.Block | ast.Case | ast.FuncLit | ast.Defer | ast.Go):
        node = tree.of(node)
    last = node.body[-1] if isinstance(node, ast.Block | ast.Case) and node.body else None
    if not isinstance(last, ast.Return) or index >= len(last.values):
        return False
    value = last.values[index]
    return isinstance(value, ast.Name) and value.name == "nil"
