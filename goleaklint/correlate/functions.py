"""The functions of a package under the names that Go gives them, and what starts goroutines in them.

`F`, `(*T[...]).M`, a literal in either `F.func1.2`, a literal in a package variable `init.func1`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from goleaklint.golang import ast
from goleaklint.golang.discover import join
from goleaklint.golang.source import SourceFile, parse_file
from goleaklint.golang.units import number_inits
from goleaklint.golang.walk import descend
from goleaklint.model import Span

# Bodies of range-over-func loops, and wrappers that the compiler makes, are no functions of the source.
_NOT_IN_SOURCE = re.compile(r"-range\d+|\.(?:gowrap|deferwrap)\d+$|-fm$")
_TYPE_ARGUMENTS = re.compile(r"\[.*\]")
_INIT = re.compile(r"init\b")
_LITERAL = re.compile(r"(?:\.func\d+|\.\d+)(?:\.\d+)*$")


class Function(NamedTuple):
    """A function, method or literal: its name inside the package, and where it stands."""

    file: SourceFile
    name: str
    at: int
    end: int
    body: ast.Block | None
    literal: ast.FuncLit | None = None

    def holds(self, line: int) -> bool:
        """Whether a line is between its first and last."""
        return self.file.position(self.at)[0] <= line <= self.file.position(self.end)[0]

    def own_nodes(self) -> Iterator[ast.Node]:
        """The nodes of its body without those of the literals in it, each literal itself included."""
        return descend(self.body, into_literals=False) if self.body is not None else iter(())


def source_name(local_name: str) -> str:
    """A name of a dump as the source has it: without range bodies and wrappers, `[...]` for type arguments.

    >>> source_name("RangeFunc-range1"), source_name("glob..func2.1")
    ('RangeFunc', 'init.func2.1')
    """
    name = _TYPE_ARGUMENTS.sub("[...]", _NOT_IN_SOURCE.sub("", local_name))
    return "init." + name.removeprefix("glob..") if name.startswith("glob..") else name


class Package:
    """The Go files of one directory, parsed when they are first needed."""

    def __init__(self, directory: str, import_path: str) -> None:
        self.directory = directory
        self.import_path = import_path
        self._files: dict[str, SourceFile | None] = {}
        self._functions: dict[str, list[Function]] = {}

    def file(self, path: str) -> SourceFile | None:
        """One file of the directory; None when it cannot be read or is no Go file."""
        if path not in self._files:
            self._files[path] = _parse(path)
        return self._files[path]

    def functions(self, path: str) -> list[Function]:
        """Every function of a file, literals behind the function around them."""
        if path not in self._functions:
            file = self.file(path)
            self._functions[path] = list(_functions(file)) if file is not None else []
        return self._functions[path]

    def named(self, local_name: str, path: str) -> Function | None:
        """The function with a dump's name: in the file that the dump names, else in another of the package."""
        name = source_name(local_name)
        if _INIT.match(name):
            self._number()
        paths = [path, *(other for other in self.paths if other != path)]
        return next((function for each in paths for function in self.functions(each) if function.name == name), None)

    def around(self, path: str, line: int) -> Function | None:
        """The innermost function around a line."""
        holding = [function for function in self.functions(path) if function.holds(line)]
        return min(holding, key=lambda function: function.end - function.at, default=None)

    def around_node(self, path: str, node: ast.Node) -> Function | None:
        """The innermost function that a node is in, which is not the literal that the node itself is."""
        holding = [each for each in self.functions(path) if each.at < node.at and node.end <= each.end]
        return min(holding, key=lambda function: function.end - function.at, default=None)

    def symbol(self, function: Function) -> str:
        """Go's full name as in a traceback, `import/path.F.func1`; the linker calls every program `main`."""
        package = function.file.package
        if package == "main":
            return f"main.{function.name}"
        external = function.file.is_test and package.endswith("_test")
        return f"{self.import_path}{'_test' * external}.{function.name}"

    @cached_property
    def paths(self) -> list[str]:
        """The Go files of the directory, sorted."""
        try:
            names = sorted(entry.name for entry in Path(self.directory).iterdir() if entry.name.endswith(".go"))
        except OSError:
            return []
        return [join(self.directory, name) for name in names if not name.startswith(("_", "."))]

    def _number(self) -> None:
        """`init.0` and `init.func1` are counted over all files of the package."""
        by_package: dict[str, list[SourceFile]] = {}
        for path in self.paths:
            file = self.file(path)
            if file is not None:
                by_package.setdefault(file.package, []).append(file)
        for files in by_package.values():
            number_inits(files)
        self._functions.clear()


def agrees(local_name: str, function: Function) -> bool:
    """Whether a dump's name can be that of a function of the source.

    A literal that came in by inlining is named after its caller, then the inlined function, and counted with the
    caller's: `caller.callee.func3` is any literal of `callee`.
    """
    name = source_name(local_name)
    if name == function.name:
        return True
    if function.literal is None:
        return False
    outer = _LITERAL.sub("", function.name)
    return f".{outer}." in name and bool(_LITERAL.search(name))


def go_statements(function: Function) -> list[ast.Go]:
    """The go statements of a function itself, in the order of the source."""
    return [node for node in function.own_nodes() if isinstance(node, ast.Go)]


def calls_with(body: ast.Node, argument: ast.Node) -> ast.Call | None:
    """The call that gets `argument` as one of its arguments."""
    for node in descend(body):
        if isinstance(node, ast.Call) and any(item is argument for item in node.args):
            return node
    return None


def line_of(file: SourceFile, node: ast.Node) -> int:
    """The line on which a node begins."""
    return file.position(node.at)[0]


def whole_line(file: SourceFile, line: int) -> Span:
    """The span of a line without the blanks around its text."""
    text = file.line_text(line)
    start = len(text.encode()) - len(text.lstrip().encode())
    end = max(len(text.rstrip().encode()), start)
    return Span(file.path, line, start + 1, line, end + 1)


def _parse(path: str) -> SourceFile | None:
    if not path.endswith(".go"):
        return None
    try:
        data = Path(path).read_bytes()
    except OSError:
        return None
    return None if b"\0" in data[:8192] else parse_file(path, data)


def _functions(file: SourceFile) -> Iterator[Function]:
    for decl in file.funcs:
        name = decl.local_name
        yield Function(file, name, decl.at, decl.end, decl.body)
        yield from (_literal(file, name, literal) for literal in decl.literals)
    for value in file.values:
        if value.may_hold_literals:
            yield from (_literal(file, value.local_name, literal) for literal in value.literals)


def _literal(file: SourceFile, outer: str, literal: ast.FuncLit) -> Function:
    return Function(file, f"{outer}.{literal.name}", literal.at, literal.end, literal.body, literal)
