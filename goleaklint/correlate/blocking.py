"""Where in the checkout the goroutines of a bucket wait: the innermost frame of the repository, its line checked."""

from __future__ import annotations

from collections.abc import Callable

from goleaklint.correlate.functions import Function, Package
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.sites import line_site, lost_site, named_site
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
    extents = sorted({_extent(function, node) for node in function.own_nodes() if waits(node)})
    moved = f"the source has changed: the dump says line {frame.line}"
    if function.holds(frame.line) and function.file.path == path:
        if not extents or any(first <= frame.line <= last for first, last in extents):
            return line_site(package, function, frame.line, How.LINE, frame.line)
    elif not extents:
        first = function.file.position(function.at)[0]
        return line_site(package, function, first, How.MOVED, frame.line, moved)
    nearest = min((first for first, _ in extents), key=lambda first: abs(first - frame.line))
    return line_site(package, function, nearest, How.MOVED, frame.line, moved)


def _extent(function: Function, node: ast.Node) -> tuple[int, int]:
    """First and last line; of a loop over a channel the line of its `for` alone, for the body does not wait there."""
    first = function.file.position(node.at)[0]
    if isinstance(node, ast.Range):
        return first, function.file.position(node.x.end)[0]
    return first, function.file.position(node.end)[0]


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
