"""From a symbol to what it is in the source: the compiler's names, computed from syntax.

Each function counts three things on its own: function literals (`F.func1`, in a literal `F.func1.1`), bodies of loops
over functions (`F-range1`), and go or defer statements that need a wrapper (`F.gowrap1`, `F.deferwrap1`); what stands
in the body of such a loop counts with the function around (cmd/compile/internal/ir/func.go, closureName). A literal
that came in by inlining is named after the function that it is in now, then the inlined ones, and counted with the
literals of the first: `caller.callee.func3` is any literal of `callee`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from goleaklint.correlate.functions import Function, Package, line_of, source_name
from goleaklint.correlate.wrapped import loops_over_functions, outlined_maps, wrapped_statements
from goleaklint.dump.goroutines import Frame
from goleaklint.dump.symbols import split_symbol
from goleaklint.golang import ast

# A dump is not to be trusted: no name of a real program is longer, or has as many numbers in a row.
_LONGEST = 500
_MOST_COUNTERS = 12
_DEEP = 3  # literals inlined one into another

_MADE = re.compile(r"(-range|\.gowrap|\.deferwrap)(\d+)$")
_KINDS = {"-range": ast.Range, ".gowrap": ast.Go, ".deferwrap": ast.Defer}
_COUNTERS = re.compile(r"(?:\.func\d+)?(?:\.\d+)*$")


class Named(NamedTuple):
    """What a symbol names. `node` is set for what the compiler made a function of: a loop, a go or defer statement.

    `sure` is not set where the name could be that of another literal, too, and the line does not tell.
    """

    function: Function
    node: ast.Node | None = None
    sure: bool = True

    @property
    def line(self) -> int:
        """The start line in Go's tables."""
        return self.function.file.position(self.node.at if self.node is not None else self.function.at)[0]


def resolve(package: Package, local_name: str, path: str, line: int | None = None) -> Named | None:
    """What a name inside a package is; `path` is the file that it is in, and `line` any line of it."""
    made = _MADE.search(local_name) if len(local_name) <= _LONGEST else None
    if made is not None:
        around = resolve(package, local_name[: made.start()], path, line)
        if around is None:  # the loop of a function that came in by inlining
            around = next(map(Named, _callees(package, source_name(local_name), path)), None)
        return around and _made(around, made[1], int(made[2]), package, line)
    if local_name.startswith("map.init."):
        return next((Named(each) for each in outlined_maps(package, path) if each.name == local_name), None)
    function = package.named(local_name, path)
    if function is not None:
        return Named(function)
    return _inlined(package, source_name(local_name), path, line) if len(local_name) <= _LONGEST else None


def function_of(package: Package, frame: Frame, path: str) -> Function | None:
    """The function that a frame is in; of a wrapper or the body of a loop, the function around."""
    named = resolve(package, split_symbol(frame.function)[1], path, frame.line)
    return named.function if named is not None else package.named(split_symbol(frame.function)[1], path)


def _made(around: Named, kind: str, number: int, package: Package, line: int | None) -> Named | None:
    """The number-th loop or wrapped statement; the only one of its kind on the line, where a line is known."""
    function = around.function
    nodes: Sequence[ast.Node] = (
        loops_over_functions(function, package, number) if kind == "-range" else wrapped_statements(function, package)
    )
    right = _KINDS[kind]
    here = [
        node for node in nodes if isinstance(node, right) and line is not None and line_of(function.file, node) == line
    ]
    if len(here) == 1:
        return Named(function, here[0])
    if number > len(nodes) or not isinstance(nodes[number - 1], right):
        return None
    return Named(function, nodes[number - 1], around.sure)


def _inlined(package: Package, name: str, path: str, line: int | None) -> Named | None:
    found = list(dict.fromkeys(_inlined_literals(package, name, path)))
    holding = [function for function in found if line is not None and function.holds(line)] or found
    if not holding:
        return None
    return Named(min(holding, key=lambda function: function.end - function.at), None, len(holding) == 1)


def _inlined_literals(package: Package, name: str, path: str, depth: int = 0) -> list[Function]:
    """Every literal that the name can be of: `A.B.func3.1` is in a literal of B, the first literal in it.

    Or else, `A.B.func3` came in by inlining itself, and it is any literal of that.
    """
    tail = _COUNTERS.search(name)
    counters = re.findall(r"\.\w+", tail[0]) if tail is not None else []
    if depth > _DEEP or len(counters) > _MOST_COUNTERS:
        return []
    for place in range(len(counters)):
        below = "".join(counters[place + 1 :])
        found: list[Function] = []
        for callee in _callees(package, name.removesuffix("".join(counters[place:])), path, depth):
            prefix = callee.name + (".func" if callee.literal is None else ".")
            shape = re.compile(re.escape(prefix) + r"\d+" + re.escape(below))
            found += [each for each in package.functions(callee.file.path) if shape.fullmatch(each.name)]
        if found:
            return found
    return []


def _callees(package: Package, outer: str, path: str, depth: int = 0) -> Sequence[Function]:
    """The inlined function at the end of `caller.callee`, the longest name first: `T.M` is no M inlined into T.

    What was inlined may itself be a literal that came in by inlining, `caller.caller.callee.func3`.
    """
    at = -1
    while (at := outer.find(".", at + 1)) >= 0:
        callee = package.named(outer[at + 1 :], path)
        if callee is not None:
            return (callee,)
    return _inlined_literals(package, outer, path, depth + 1)
