"""A parsed file: bytes in, declarations out, and the way from byte offsets to lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right

from tree_sitter import Node

from goleaklint.golang import ast
from goleaklint.golang.declarations import BROKEN, FuncDecl, TypeDecl, ValueDecl
from goleaklint.golang.grammar import ERROR, clean, kind
from goleaklint.golang.header import build_constraint, header_of, is_generated, local_import_name
from goleaklint.golang.initialization import initialization_order
from goleaklint.golang.outline import read_outline
from goleaklint.golang.read_stmts import specs
from goleaklint.golang.reading import Reading
from goleaklint.model import Span

_PACKAGE = kind("package_clause")
_IMPORT = kind("import_declaration")
_IMPORT_LIST = kind("import_spec_list")
_IMPORT_SPEC = kind("import_spec")
_FUNCTIONS = frozenset({kind("function_declaration"), kind("method_declaration")})
_TYPES = kind("type_declaration")
_ALIAS = kind("type_alias")
_CONST = kind("const_declaration")
_VAR = kind("var_declaration")
_LINE_END = re.compile(rb"\n")


class SourceFile:
    """One Go file.

    `imports` maps local names to import paths. `errors` are the line ranges that could not be parsed and `affected` the
    number of declarations that suffer from it. `build` is its build constraint in `//go:build` form.
    """

    __slots__ = (
        "_latin",
        "_starts",
        "affected",
        "blank_imports",
        "build",
        "data",
        "dot_imports",
        "errors",
        "funcs",
        "generated",
        "header",
        "imports",
        "is_test",
        "package",
        "path",
        "together",
        "types",
        "uses_cgo",
        "values",
    )

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.package = ""
        self.imports: dict[str, str] = {}
        self.blank_imports: tuple[str, ...] = ()
        self.dot_imports: tuple[str, ...] = ()
        self.funcs: list[FuncDecl] = []
        self.types: list[TypeDecl] = []
        self.values: list[ValueDecl] = []
        self.errors: list[tuple[int, int]] = []
        self.affected = 0
        self.header = header_of(data)
        self.generated = is_generated(self.header)
        self.build = build_constraint(self.header)
        self.is_test = path.endswith("_test.go")
        self.uses_cgo = False
        self.together: tuple[SourceFile, ...] | None = None  # the files of its package, in the compiler's order
        self._starts: list[int] | None = None
        self._latin: str | None = None

    def reading(self, tolerant: bool = False, first: int = 0) -> Reading:
        """The state for the conversion of one declaration."""
        if self._latin is None:
            self._latin = self.data.decode("latin-1")
        return Reading(self._latin, tolerant, first)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and byte column of an offset, both from 1."""
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def span(self, node_or_at: ast.Node | int, end: int | None = None) -> Span:
        """The span of a node, or of two offsets; a single offset is an empty span."""
        if isinstance(node_or_at, int):
            at, stop = node_or_at, node_or_at if end is None else end
        else:
            at, stop = node_or_at.at, node_or_at.end
        return Span(self.path, *self.position(at), *self.position(stop))

    def line_text(self, number: int) -> str:
        """The text of a line (from 1) without its end; "" outside the file."""
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.data)
        return self.data[starts[number - 1] : end].decode("utf-8", "replace").rstrip("\r\n")

    def text(self, node: ast.Node) -> bytes:
        """The source of a node."""
        return self.data[node.at : node.end]

    @property
    def line_count(self) -> int:
        """The number of lines, as `wc -l` counts a file that ends in a line end."""
        return self.data.count(b"\n") + (not self.data.endswith(b"\n") and bool(self.data))

    def forget_bodies(self) -> None:
        """Keeps the declarations without the bodies of functions, and without the tree of the file."""
        for func in self.funcs:
            func.forget_body()
        for declared in self.types:
            declared.forget_tree()
        for value in self.values:
            value.forget_tree()

    def release(self) -> None:
        """Cuts the references to what refers to the file. It has no declarations after that."""
        self.funcs = []
        self.types = []
        self.values = []
        self.together = None

    def number_literals(self) -> None:
        """Converts the package variables that hold function literals, of all files that are compiled with this one.

        Go counts these literals in the one function that initializes the whole package.
        """
        count = 0
        for value in initialization_order(self.together or (self,)):
            count = value.number(count)

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *(match.end() for match in _LINE_END.finditer(self.data))]
        return self._starts

    def __repr__(self) -> str:
        return f"SourceFile({self.path})"


def parse_file(path: str, data: bytes) -> SourceFile:
    """Parses one file. Never fails: what cannot be read is told by `errors`."""
    file = SourceFile(path, data)
    outline = read_outline(data)
    for node in outline.nodes:
        try:
            _declare(file, node, outline.cut)
        except BROKEN:  # a declaration too broken to have a name
            outline.errors.append(node.byte_range)
    file.affected = outline.affected
    lines = {(file.position(at)[0], file.position(max(at, end - 1))[0]) for at, end in outline.errors}
    file.errors = sorted(lines)
    return file


def _declare(file: SourceFile, node: Node, cut: set[int]) -> None:
    number = node.kind_id
    if number in _FUNCTIONS:
        file.funcs.append(FuncDecl(file, node, node.start_byte in cut))
    elif number == _TYPES:
        file.types.extend(TypeDecl(file, spec, spec.kind_id == _ALIAS) for spec in specs(node))
    elif number in (_VAR, _CONST):
        file.values.extend(ValueDecl(file, spec, number == _CONST) for spec in specs(node))
    elif number == _IMPORT:
        _declare_imports(file, node)
    elif number == _PACKAGE and not file.package:
        file.package = file.reading().word(*clean(node.children)[1].byte_range)


def _declare_imports(file: SourceFile, node: Node) -> None:
    for child in node.children:
        if child.kind_id == _IMPORT_LIST:
            _declare_imports(file, child)
        elif child.kind_id == _IMPORT_SPEC:
            _declare_import(file, child)


def _declare_import(file: SourceFile, spec: Node) -> None:
    children = [child for child in clean(spec.children) if child.kind_id != ERROR]
    reading = file.reading()
    path = reading.word(*children[-1].byte_range).strip('"`')
    name = reading.word(*children[0].byte_range) if len(children) > 1 else ""
    if name == "_":
        file.blank_imports += (path,)
    elif name == ".":
        file.dot_imports += (path,)
    else:
        file.imports[name or local_import_name(path, file.data)] = path
    file.uses_cgo = file.uses_cgo or path == "C"
