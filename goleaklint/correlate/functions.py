"""The functions of a package under the names that Go gives them, and what starts goroutines in them.

`F`, `(*T[...]).M`, a literal in either `F.func1.2`, a literal in a package variable `init.func1`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from goleaklint.correlate.tree import Tree
from goleaklint.facts.package import PackageFacts
from goleaklint.golang import ast
from goleaklint.golang.constraints import DEFAULT, Constraint
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.discover import join
from goleaklint.golang.modules import UNKNOWN_VERSION
from goleaklint.golang.source import SourceFile, parse_file
from goleaklint.golang.units import Unit, number_inits
from goleaklint.golang.walk import descend
from goleaklint.model import Span

# Bodies of range-over-func loops, and wrappers that the compiler makes, are no functions of the source.
_NOT_IN_SOURCE = re.compile(r"-range\d+|\.(?:gowrap|deferwrap)\d+$|-fm$")
_RECEIVER = re.compile(r"(?:\(\*)?(\w+)(?:\[\.\.\.\])?\)?\.")
_BRACKET = re.compile(r"([\[\]])")
_FUNCTION_TYPES = frozenset({"CancelFunc", "StopFunc", "CancelCauseFunc"})
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

    >>> source_name("RangeFunc-range1"), source_name("glob..func2.1"), source_name("Sorted[go.shape.[]int].Map[int]")
    ('RangeFunc', 'init.func2.1', 'Sorted[...].Map[...]')
    """
    name = _without_type_arguments(_NOT_IN_SOURCE.sub("", local_name))
    return "init." + name.removeprefix("glob..") if name.startswith("glob..") else name


def _without_type_arguments(name: str) -> str:
    if "[" not in name:
        return name
    kept: list[str] = []
    depth = 0
    for piece in _BRACKET.split(name):
        depth -= piece == "]"
        if depth <= 0:
            kept.append("..." * (piece == "]") + piece)
        depth += piece == "["
    return "".join(kept)


class Start(NamedTuple):
    """A go statement, or a call that hands a function to what starts goroutines, and the function around it."""

    function: Function
    node: ast.Node
    line: int


class Package:
    """The Go files of one directory, parsed when they are first needed."""

    def __init__(self, directory: str, import_path: str, tree: Tree) -> None:
        self._tree = tree
        self.directory = directory
        self.import_path = import_path
        self._functions: dict[str, list[Function]] = {}
        self._starts: dict[str, list[Start]] = {}
        self._facts: dict[str, PackageFacts] = {}

    def file(self, path: str) -> SourceFile | None:
        """One file of the directory; None when it cannot be read or is no Go file."""
        return self._files.get(path)

    def functions(self, path: str) -> list[Function]:
        """Every function of a file, literals behind the function around them."""
        if path not in self._functions:
            file = self.file(path)
            self._functions[path] = list(self._named(_functions(file))) if file is not None else []
        return self._functions[path]

    def _named(self, functions: Iterator[Function]) -> Iterator[Function]:
        """With the receivers' own names: `type Old = New` may stand in a method's receiver."""
        for function in functions:
            receiver = _RECEIVER.match(function.name) if self._aliases else None
            if receiver is not None and receiver[1] in self._aliases:
                at, end = receiver.span(1)
                yield function._replace(name=function.name[:at] + self._aliases[receiver[1]] + function.name[end:])
            else:
                yield function

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return {
            decl.name: decl.type.name
            for file in self._files.values()
            for decl in file.types
            if decl.alias and isinstance(decl.type, ast.TypeName) and not decl.type.package
        }

    def named(self, local_name: str, path: str) -> Function | None:
        """The function with a dump's name: in the file that the dump names, else in another of the package."""
        found = self._by_name.get(source_name(local_name), ())
        return next((function for function in found if function.file.path == path), found[0] if found else None)

    @cached_property
    def _by_name(self) -> dict[str, list[Function]]:
        names: dict[str, list[Function]] = {}
        for path in self.paths:
            for function in self.functions(path):
                names.setdefault(function.name, []).append(function)
        return names

    def around(self, path: str, line: int) -> Function | None:
        """The innermost function around a line."""
        holding = [function for function in self.functions(path) if function.holds(line)]
        return min(holding, key=lambda function: function.end - function.at, default=None)

    def starts(self, path: str) -> list[Start]:
        """The go statements of a file."""
        if path not in self._starts:
            self._starts[path] = [
                Start(function, node, line_of(function.file, node))
                for function in self.functions(path)
                for node in function.own_nodes()
                if isinstance(node, ast.Go)
            ]
        return self._starts[path]

    def starts_of(self, function: Function) -> list[Start]:
        """The go statements of a function itself."""
        return [start for start in self.starts(function.file.path) if start.function == function]

    def literal(self, start: Start) -> Function | None:
        """The literal that a go statement runs."""
        call = start.node.call if isinstance(start.node, ast.Go) else None
        fun = call.fun if isinstance(call, ast.Call) else None
        if not isinstance(fun, ast.FuncLit):
            return None
        return next((each for each in self.functions(start.function.file.path) if each.literal is fun), None)

    def call_with(self, literal: ast.FuncLit) -> Start | None:
        """The call that has a literal among its arguments, `wg.Go(func() {...})`."""
        return self._calls_by_literal.get(id(literal))

    def calls_with(self, name: str) -> list[Start]:
        """The calls of the package that have a function of this name, as a value, among their arguments."""
        return self._calls_by_name.get(name, [])

    @cached_property
    def _calls_by_literal(self) -> dict[int, Start]:
        return {
            id(argument): start
            for start, call in self._calls()
            for argument in call.args
            if isinstance(argument, ast.FuncLit)
        }

    @cached_property
    def _calls_by_name(self) -> dict[str, list[Start]]:
        found: dict[str, list[Start]] = {}
        for start, call in self._calls():
            for name in dict.fromkeys(map(name_of, call.args)):
                found.setdefault(name, []).append(start)
        return found

    def _calls(self) -> Iterator[tuple[Start, ast.Call]]:
        for path in self.paths:
            for function in self.functions(path):
                for node in function.own_nodes():
                    if isinstance(node, ast.Call):
                        yield Start(function, node, line_of(function.file, node)), node

    def declared(self, name: str) -> FuncDecl | None:
        """The function of the package with this name, no method."""
        return self._declared.get(name)

    def type_named(self, name: str) -> ast.Type | None:
        """What a type of the package is declared to be."""
        types = (decl for file in self._files.values() for decl in file.types if decl.name == name)
        return next((decl.type for decl in types), None)

    def methods(self, name: str) -> list[FuncDecl]:
        """The methods of the package with this name, of any type."""
        return self._methods.get(name, [])

    def declaration(self, function: Function) -> FuncDecl | None:
        """The declaration that a function or literal is in; None for a package variable's."""
        return next((decl for decl in function.file.funcs if decl.at <= function.at < decl.end), None)

    def facts(self, file: SourceFile) -> PackageFacts:
        """What types can be told of a file's code."""
        if file.package not in self._facts:
            together = file.together or (file,)
            unit = Unit(self.import_path, "", UNKNOWN_VERSION, file.package, together, frozenset(), "")
            self._facts[file.package] = PackageFacts(unit)
        return self._facts[file.package]

    @cached_property
    def _declared(self) -> dict[str, FuncDecl]:
        return {func.name: func for file in self._files.values() for func in file.funcs if func.recv is None}

    @cached_property
    def _methods(self) -> dict[str, list[FuncDecl]]:
        found: dict[str, list[FuncDecl]] = {}
        for file in self._files.values():
            for func in file.funcs:
                if func.recv is not None:
                    found.setdefault(func.name, []).append(func)
        return found

    @cached_property
    def function_fields(self) -> frozenset[str]:
        """The names of the fields in the package's structs that hold functions."""
        return frozenset(
            field.name
            for file in self._files.values()
            for decl in file.types
            if isinstance(decl.type, ast.StructType)
            for field in decl.type.fields
            if isinstance(field.type, ast.FuncType)
            or (isinstance(field.type, ast.TypeName) and field.type.name in _FUNCTION_TYPES)
        )

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
        names = [name for name in self._tree.names(self.directory) if name.endswith(".go")]
        return [join(self.directory, name) for name in names if not name.startswith(("_", "."))]

    def _parse(self, path: str) -> SourceFile | None:
        data = self._tree.read(path)
        return None if data is None or b"\0" in data[:8192] else parse_file(path, data)

    @cached_property
    def _files(self) -> dict[str, SourceFile]:
        """All of them, because `init.0` and `init.func1` are counted over the files of a package."""
        files = {path: file for path in self.paths if (file := self._parse(path)) is not None}
        by_package: dict[str, list[SourceFile]] = {}
        for file in files.values():
            by_package.setdefault(file.package, []).append(file)
        for together in by_package.values():
            _number(together)
        return files


def _number(files: list[SourceFile]) -> None:
    """By builds: what `x_windows.go` holds is not counted for Linux."""
    constraints = {file: Constraint(file.path.rpartition("/")[2], file.build, file.uses_cgo) for file in files}
    number_inits([file for file in files if constraints[file].allows(DEFAULT)])
    for file in files:
        if file.together is None:
            config = constraints[file].config() or DEFAULT
            number_inits([other for other in files if other is file or constraints[other].allows(config)])


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


def is_named(expr: ast.Expr, name: str) -> bool:
    """`f`, `x.f`, `f[T]`, with f the name."""
    return name_of(expr) == name


def name_of(expr: ast.Expr) -> str:
    """The last name of `f`, `x.f`, `f[T]`; "" for anything else."""
    if isinstance(expr, ast.Index):
        return name_of(expr.x)
    if isinstance(expr, ast.Selector | ast.Name):
        return expr.name
    return ""


def line_of(file: SourceFile, node: ast.Node) -> int:
    """The line on which a node begins."""
    return file.position(node.at)[0]


def whole_line(file: SourceFile, line: int) -> Span:
    """The span of a line without the blanks around its text."""
    text = file.line_text(line)
    start = len(text.encode()) - len(text.lstrip().encode())
    end = max(len(text.rstrip().encode()), start)
    return Span(file.path, line, start + 1, line, end + 1)


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
