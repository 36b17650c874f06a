"""Where in the checkout the goroutines of a bucket wait: the innermost frame of the repository, its line checked."""

from __future__ import annotations

from collections.abc import Callable

from goleaklint.correlate.functions import Function, Package, line_of
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.sites import line_site, lost_site, named_site, site
from goleaklint.dump.account import How, Site
from goleaklint.dump.goroutines import Bucket, Frame
from goleaklint.dump.symbols import split_symbol
from goleaklint.golang import ast


def block_site(bucket: Bucket, repository: Repository) -> Site | None:
    """None for goroutines without a frame of the checkout, such as net/http's own."""
    inner: Frame | None = None
    for frame in bucket.stack.frames:
        path = repository.file(frame)
        if path is not None:
            return _checked(frame, path, _waits(bucket.reason, inner), repository.package_of(path))
        inner = frame
    return None


def _checked(frame: Frame, path: str, waits: Callable[[ast.Node], bool], package: Package) -> Site:
    local = split_symbol(frame.function)[1]
    if package.file(path) is None:
        return named_site(path, frame)
    function = package.named(local, path) or package.around(path, frame.line)
    if function is None:
        return lost_site(path, frame.line, f"the source has changed: there is no function {local}")
    nodes = [node for node in function.own_nodes() if waits(node)]
    note = f"the source has changed: the dump says line {frame.line}"
    if function.holds(frame.line) and function.file.path == path:
        here = [node for node in nodes if _covers(function, node, frame.line)]
        if here:
            innermost = min(here, key=lambda node: node.end - node.at)
            return site(package, function, innermost, How.LINE, frame.line)
        if not nodes:
            return line_site(package, function, frame.line, How.LINE, frame.line)
    elif not nodes:
        return line_site(package, function, function.file.position(function.at)[0], How.MOVED, frame.line, note)
    nearest = min(nodes, key=lambda node: abs(line_of(function.file, node) - frame.line))
    return site(package, function, nearest, How.MOVED, frame.line, note)


def _covers(function: Function, node: ast.Node, line: int) -> bool:
    """Whether the line is one of the node's; of a loop, of its `for` alone, for the body does not wait there."""
    end = node.x.end if isinstance(node, ast.Range) else node.end
    return line_of(function.file, node) <= line <= function.file.position(end)[0]


def _waits(reason: str, inner: Frame | None) -> Callable[[ast.Node], bool]:
    """Tells the nodes at which a goroutine can be with this reason, or with this frame inside of it."""
    if inner is not None:
        name = split_symbol(inner.function)[1].rpartition(".")[2]
        return lambda node: isinstance(node, ast.Call) and _callee(node) == name
    if reason.startswith("chan send"):
        return lambda node: isinstance(node, ast.Send)
    if reason.startswith("chan receive"):
        return lambda node: isinstance(node, ast.Range) or (isinstance(node, ast.Unary) and node.op == "<-")
    if reason.startswith("select"):
        return lambda node: isinstance(node, ast.Select)
    return lambda node: False


def _callee(call: ast.Call) -> str:
    fun = call.fun.x if isinstance(call.fun, ast.Index) else call.fun
    if isinstance(fun, ast.Selector):
        return fun.name
    return fun.name if isinstance(fun, ast.Name) else ""
