"""Creation sites of goroutines whose dump names none, by the function that they began with.

Profiles (debug=1 and protobuf) have no `created by`. A function literal that is the outermost frame is mostly the one
of a `go func`, and its line, which a protobuf has, is the creation site; a named function is started by the go
statements that call it. Function values stored first and started elsewhere are handed over by a call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from goleaklint.correlate.functions import Function, Package, Start, is_named, line_of
from goleaklint.correlate.names import Named, resolve
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.sites import lost_site, moved, site
from goleaklint.dump.account import How, Site
from goleaklint.dump.goroutines import Frame
from goleaklint.dump.symbols import split_symbol
from goleaklint.facts.resolve import bindings
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl

_INIT = re.compile(r"init(?:\.\d+)?")
_MAIN = frozenset({"main.main", "runtime.main", "testing.tRunner", "testing.(*M).Run"})


def is_created(root: Frame) -> bool:
    """Not so main, whose creation no part of the program is, and the goroutines of tests."""
    return root.function not in _MAIN and _INIT.fullmatch(split_symbol(root.function)[1]) is None


def creation_by_root(root: Frame, start_line: int | None, repository: Repository) -> tuple[Site, ...]:
    """Where a goroutine can come from whose outermost frame is this one; several only when the source has several.

    `start_line` is the line at which that function begins, where the dump has it. Empty when nothing in the checkout
    starts the function.
    """
    if not is_created(root):
        return ()
    import_path, local = split_symbol(root.function)
    path = repository.file(root)
    package = repository.package_of(path) if path is not None else repository.package_named(import_path)
    if package is None:
        return tuple(
            site(other, start.function, start.node, How.ROOT, start.line)
            for other, start in _starts_elsewhere(local.rpartition(".")[2], import_path, repository)
        )
    named = resolve(package, local, path or "", start_line or root.line)
    if named is None:
        if path is None:
            return ()
        return (lost_site(path, start_line or root.line, f"the source has changed: there is no function {local}"),)
    return _sites(named, start_line, root.line if path is not None else None, package, repository)


def _sites(
    named: Named, start_line: int | None, line: int | None, package: Package, repository: Repository
) -> tuple[Site, ...]:
    how, note = _drift(named, start_line, line)
    dump_line = start_line if start_line is not None else named.line
    if isinstance(named.node, ast.Go):
        return (site(package, named.function, named.node, how, dump_line, note),)
    if named.function.literal is not None:
        start = _start_of_literal(package, named.function)
        return (site(package, start.function, start.node, how, dump_line, note),)
    return tuple(
        site(other, start.function, start.node, how, start.line, note)
        for other, start in _starts_of_named(package, named.function, repository)
    )


def _drift(named: Named, start_line: int | None, line: int | None) -> tuple[How, str]:
    if start_line is not None and named.line != start_line:
        return How.MOVED, moved(start_line, named.line)
    if start_line is None and line is not None and not named.function.holds(line):
        return How.MOVED, moved(line)
    return How.ROOT, ""


def _start_of_literal(package: Package, function: Function) -> Start:
    """The go statement that runs the literal, the call that has it among its arguments, else the literal itself."""
    literal = function.literal
    assert literal is not None
    for start in package.starts(function.file.path):
        if isinstance(start.node, ast.Go) and isinstance(start.node.call, ast.Call) and start.node.call.fun is literal:
            return start
    return package.call_with(literal) or Start(function, literal, line_of(function.file, literal))


def _starts_of_named(package: Package, function: Function, repository: Repository) -> Sequence[tuple[Package, Start]]:
    """The go statements that call a function, and the places that take it as a value: it may be started by that."""
    name = function.name.rpartition(".")[2].removesuffix("[...]")
    own = [start for path in package.paths for start in package.starts(path) if _calls(start, name)]
    certain = [start for start in own if _is_called(package, start, function)]
    likely = certain or [start for start in own if _is_called(package, start, function) is None]
    if likely:
        return [(package, start) for start in (*likely, *_values(package, name, function))]
    handed = [(package, start) for start in package.calls_with(name)]
    elsewhere = _starts_elsewhere(name, package.import_path, repository) if name[:1].isupper() else []
    return [*handed, *elsewhere] or [(package, start) for start in _values(package, name, function)]


def _calls(start: Start, name: str) -> bool:
    call = start.node.call if isinstance(start.node, ast.Go) else start.node
    return isinstance(call, ast.Call) and is_named(call.fun, name)


def _is_called(package: Package, start: Start, function: Function) -> bool | None:
    """None where types do not tell which function of this name is called."""
    decl = package.declaration(start.function)
    if decl is None or not isinstance(start.node, ast.Go):
        return None
    callee = bindings(package.facts(start.function.file), decl).callee(start.node.call)
    return _is(callee, function) if callee is not None else None


def _is(decl: FuncDecl, function: Function) -> bool:
    return decl.at == function.at and decl.file is function.file


def _values(package: Package, name: str, function: Function) -> Iterator[Start]:
    """`f := s.loop`, and no call: where types tell that it is this function."""
    for path in package.paths:
        file = package.file(path)
        if file is None or name.encode() not in file.data:
            continue
        for each in package.functions(path):
            decl = package.declaration(each)
            if decl is None:
                continue
            calls = [node for node in each.own_nodes() if isinstance(node, ast.Call)]
            called = {id(call.fun) for call in calls}
            given = {id(argument): call for call in calls for argument in call.args}
            known = bindings(package.facts(each.file), decl)
            for node in each.own_nodes():
                if not isinstance(node, ast.Selector | ast.Name) or node.name != name or id(node) in called:
                    continue
                callee = known.callee(ast.Call(at=node.at, end=node.end, fun=node))
                if callee is not None and _is(callee, function):
                    place = given.get(id(node), node)
                    yield Start(each, place, line_of(each.file, place))


def _starts_elsewhere(name: str, import_path: str, repository: Repository) -> list[tuple[Package, Start]]:
    """`go feed.Run()`, `go server.Serve(l)` in files that import the function's package."""
    found: list[tuple[Package, Start]] = []
    start = re.compile(rb"\bgo\b[^\n]*\." + re.escape(name).encode() + rb"\(")
    for path in repository.go_files():
        text = repository.tree.read(path) or b""
        if f'"{import_path}"'.encode() not in text or start.search(text) is None:
            continue
        package = repository.package_of(path)
        found += ((package, start) for start in package.starts(path) if _calls(start, name))
    return found
