"""Creation sites of goroutines whose dump names none, by the function that they began with.

Profiles (debug=1 and protobuf) have no `created by`. A function literal that is the outermost frame is mostly the one
of a `go func`, and its line, which a protobuf has, is the creation site; a named function is started by the go
statements that call it. Function values stored first and started elsewhere are handed over by a call.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from goleaklint.correlate.functions import Function, Package, Start, is_named, line_of
from goleaklint.correlate.names import Named, resolve
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.sites import lost_site, moved, site
from goleaklint.dump.account import How, Site
from goleaklint.dump.goroutines import Frame
from goleaklint.dump.symbols import split_symbol
from goleaklint.facts.resolve import bindings
from goleaklint.golang import ast

_MAIN = frozenset({"main.main", "runtime.main", "testing.tRunner", "testing.(*M).Run"})


def is_created(root: Frame) -> bool:
    """Not so main, whose creation no part of the program is, and the goroutines of tests."""
    return root.function not in _MAIN and not split_symbol(root.function)[1].startswith("init.")


def creation_by_root(root: Frame, start_line: int | None, repository: Repository) -> tuple[Site, ...]:
    """Where a goroutine can come from whose outermost frame is this one; several only when the source has several.

    `start_line` is the line at which that function begins, where the dump has it. Empty when the root is not of the
    checkout, or when nothing in it starts the function.
    """
    path = repository.file(root)
    if path is None or not is_created(root):
        return ()
    package = repository.package_of(path)
    local = split_symbol(root.function)[1]
    if package.file(path) is None:
        return ()
    named = resolve(package, local, path, start_line or root.line)
    if named is None:
        dump_line = start_line or root.line
        return (lost_site(path, dump_line, f"the source has changed: there is no function {local}"),)
    how, note = _drift(named, start_line, root.line)
    dump_line = start_line if start_line is not None else named.line
    if isinstance(named.node, ast.Go):
        return (site(package, named.function, named.node, how, dump_line, note),)
    function = named.function
    if function.literal is not None:
        start = _start_of_literal(package, function)
        return (site(package, start.function, start.node, how, dump_line, note),)
    return tuple(
        site(package_, start.function, start.node, how, start.line, note)
        for package_, start in _starts_of_named(package, function, repository)
    )


def _drift(named: Named, start_line: int | None, line: int) -> tuple[How, str]:
    holds = named.line == start_line if start_line is not None else named.function.holds(line)
    if holds:
        return How.ROOT, ""
    was = start_line if start_line is not None else line
    return How.MOVED, moved(was, named.line if start_line is not None else None)


def _start_of_literal(package: Package, function: Function) -> Start:
    """The go statement that runs the literal, the call that has it among its arguments, else the literal itself."""
    literal = function.literal
    assert literal is not None
    for start in package.starts(function.file.path):
        if isinstance(start.node, ast.Go) and isinstance(start.node.call, ast.Call) and start.node.call.fun is literal:
            return start
    return package.call_with(literal) or Start(function, literal, line_of(function.file, literal))


def _starts_of_named(package: Package, function: Function, repository: Repository) -> Sequence[tuple[Package, Start]]:
    """The go statements that call a function; else the calls that have it among their arguments."""
    name = function.name.rpartition(".")[2].removesuffix("[...]")
    own = [(package, start) for path in package.paths for start in package.starts(path) if _calls(start, name)]
    certain = [(each, start) for each, start in own if _is_called(each, start, function)]
    likely = certain or [(each, start) for each, start in own if _is_called(each, start, function) is None]
    if likely:
        return likely
    handed = [(package, start) for start in package.calls_with(name)]
    return handed or list(_starts_elsewhere(name, package, repository))


def _calls(start: Start, name: str) -> bool:
    call = start.node.call if isinstance(start.node, ast.Go) else start.node
    return isinstance(call, ast.Call) and is_named(call.fun, name)


def _is_called(package: Package, start: Start, function: Function) -> bool | None:
    """None where types do not tell which function of this name is called."""
    decl = package.declaration(start.function)
    if decl is None or not isinstance(start.node, ast.Go):
        return None
    callee = bindings(package.facts(start.function.file), decl).callee(start.node.call)
    return callee.at == function.at and callee.file is function.file if callee is not None else None


def _starts_elsewhere(name: str, package: Package, repository: Repository) -> Sequence[tuple[Package, Start]]:
    """`go feed.Run()` in other packages, of an exported function."""
    if not name[:1].isupper():
        return ()
    found: list[tuple[Package, Start]] = []
    for path in repository.go_files():
        if path in package.paths or f".{name}(".encode() not in _text(path):
            continue
        other = repository.package_of(path)
        found += ((other, start) for start in other.starts(path) if _calls(start, name))
    return found


def _text(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
