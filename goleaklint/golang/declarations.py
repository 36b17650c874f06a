"""The declarations of a file. Their insides are converted when they are first asked for: most never are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from goleaklint.golang import ast
from goleaklint.golang.grammar import BLOCK, IDENTIFIER, clean, kind
from goleaklint.golang.read_stmts import read_block, read_spec
from goleaklint.golang.read_types import read_func_type, read_params, read_type
from goleaklint.golang.reading import Reading

if TYPE_CHECKING:
    from goleaklint.golang.source import SourceFile

_METHOD = kind("method_declaration")
_TYPE_PARAMETERS = kind("type_parameter_list")
_TYPE_PARAMETER = kind("type_parameter_declaration")

# What a reader raises when the parts of a broken node are not where they belong.
# RecursionError: nested deeper than Python's stack, which nobody writes but some generators do.
BROKEN = (LookupError, ValueError, AssertionError, RecursionError)


def type_param_names(reading: Reading, node: Node) -> tuple[str, ...]:
    """The names that a type parameter list declares."""
    return tuple(
        reading.word(*name.byte_range)
        for declared in node.children
        if declared.kind_id == _TYPE_PARAMETER
        for name in declared.children
        if name.kind_id == IDENTIFIER
    )


_LONG = 4_000
"""Bytes of a package variable that is a table."""


class FuncDecl:
    """A function or method. `partial` is set when a part of it could not be read (its body then holds Bad nodes)."""

    __slots__ = (
        "_body",
        "_body_node",
        "_literals",
        "_recv",
        "_recv_node",
        "_signature",
        "_type",
        "at",
        "end",
        "file",
        "init_number",
        "name",
        "partial",
        "type_params",
    )

    def __init__(self, file: SourceFile, node: Node, is_cut: bool = False) -> None:
        self.file = file
        self.at, self.end = node.byte_range
        self.partial = is_cut or node.has_error
        # Go names the init functions of a package init.0, init.1, ... in the order of its files: set by the unit.
        self.init_number: int | None = None
        reading = file.reading()
        children = clean(node.children)
        self._body_node: Node | None = None
        if children[-1].kind_id == BLOCK:
            self._body_node = children.pop()
        self._recv_node: Node | None = children.pop(1) if node.kind_id == _METHOD else None
        self.name = reading.word(*children[1].byte_range)
        self.type_params: tuple[str, ...] = ()
        for child in children:
            if child.kind_id == _TYPE_PARAMETERS:
                self.type_params = type_param_names(reading, child)
        self._signature: list[Node] = children[2:]
        self._type: ast.FuncType | None = None
        self._recv: ast.Param | None = None
        self._body: ast.Block | None = None
        self._literals: list[ast.FuncLit] = []
        recv = self.recv
        if recv is not None:
            base = recv.type.elem if isinstance(recv.type, ast.PointerType) else recv.type
            if isinstance(base, ast.TypeName):
                self.type_params = tuple(arg.name for arg in base.args if isinstance(arg, ast.TypeName))

    def forget_body(self) -> None:
        """Lets go of the tree; from now on the declaration has no body."""
        _ = self.type
        self._body_node = None

    @property
    def text(self) -> bytes:
        """The source of the whole declaration, without its comment."""
        return self.file.data[self.at : self.end]

    @property
    def recv(self) -> ast.Param | None:
        """The receiver of a method."""
        if self._recv_node is not None:
            node, self._recv_node = self._recv_node, None
            try:
                self._recv = next(iter(read_params(self.file.reading(), node)), None)
            except BROKEN:
                self.partial = True
        return self._recv

    @property
    def recv_type(self) -> str:
        """The bare name of the receiver's type, "" for a function."""
        recv = self.recv
        if recv is None:
            return ""
        base = recv.type.elem if isinstance(recv.type, ast.PointerType) else recv.type
        return base.name if isinstance(base, ast.TypeName) else ""

    @property
    def local_name(self) -> str:
        """Go's own name in its package, as in a traceback: `F`, `F[...]`, `T.M`, `(*T).M`, `(*T[...]).M`, `init.0`."""
        recv = self.recv
        dots = "[...]" if self.type_params else ""
        if recv is None:
            return f"init.{self.init_number or 0}" if self.name == "init" else self.name + dots
        base = self.recv_type + dots
        return f"(*{base}).{self.name}" if isinstance(recv.type, ast.PointerType) else f"{base}.{self.name}"

    @property
    def type(self) -> ast.FuncType:
        """The signature, without receiver."""
        if self._type is None:
            at = self._signature[0].start_byte if self._signature else self.at
            end = self._signature[-1].end_byte if self._signature else self.at
            try:
                self._type = read_func_type(self.file.reading(), self._signature, at, end)
            except BROKEN:
                self.partial = True
                self._type = ast.FuncType(at=at, end=end)
            self._signature = []
        return self._type

    @property
    def body(self) -> ast.Block | None:
        """The body, None for a declaration without one (assembly, linkname)."""
        if self._body_node is not None:
            node, self._body_node = self._body_node, None
            reading = self.file.reading(tolerant=self.partial)
            try:
                self._body = read_block(reading, node)
                self._literals = reading.literals
            except BROKEN:
                self.partial = True
                at, end = node.byte_range
                self._body = ast.Block(at=at, end=end, body=[ast.Bad(at=at, end=end)])
        return self._body

    @property
    def literals(self) -> list[ast.FuncLit]:
        """Every function literal in the body, nested ones too, in the order of the source."""
        return self._literals if self.body is not None else []

    def __repr__(self) -> str:
        return f"FuncDecl({self.file.path}, {self.local_name})"


class TypeDecl:
    """`type name[type_params] type`, one spec each."""

    __slots__ = ("_node", "_type", "alias", "at", "end", "file", "name", "type_params")

    def __init__(self, file: SourceFile, spec: Node, alias: bool) -> None:
        self.file = file
        self.at, self.end = spec.byte_range
        self.alias = alias
        children = clean(spec.children)
        reading = file.reading()
        self.name = reading.word(*children[0].byte_range)
        self.type_params: tuple[str, ...] = ()
        for child in children:
            if child.kind_id == _TYPE_PARAMETERS:
                self.type_params = type_param_names(reading, child)
        self._node: Node | None = children[-1]
        self._type: ast.Type | None = None

    def forget_tree(self) -> None:
        """Lets go of the tree; what was in it is known."""
        _ = self.type

    @property
    def type(self) -> ast.Type:
        """What the name is declared to be."""
        if self._type is None:
            assert self._node is not None
            at, end = self._node.byte_range
            reading = self.file.reading()
            try:
                self._type = read_type(reading, self._node)
            except BROKEN:
                self._type = ast.OtherType(at=at, end=end, text=reading.word(at, end))
            self._node = None
        return self._type

    def __repr__(self) -> str:
        return f"TypeDecl({self.file.path}, {self.name})"


class ValueDecl:
    """`var a, b T = x, y` at package level, one spec each (also `const`; what a const repeats is left empty)."""

    __slots__ = ("_first", "_literals", "_node", "_type", "_values", "at", "const", "end", "file", "names", "partial")

    local_name = "init"  # what Go calls the function around the literals of package variables

    def __init__(self, file: SourceFile, spec: Node, const: bool) -> None:
        self.file = file
        self.at, self.end = spec.byte_range
        self.const = const
        self.partial = spec.has_error
        reading = file.reading()
        self.names = [
            ast.Name(at=child.start_byte, end=child.end_byte, name=reading.word(*child.byte_range))
            for child in spec.children
            if child.kind_id == IDENTIFIER
        ]
        self._node: Node | None = spec
        self._first: int | None = None  # how many literals of package variables come before this one's
        self._type: ast.Type | None = None
        self._values: list[ast.Expr] = []
        self._literals: list[ast.FuncLit] = []

    def forget_tree(self) -> None:
        """Lets go of the tree, and of the values of a long table."""
        if self.end - self.at < _LONG:
            self._convert()
        self._node = None

    @property
    def may_hold_literals(self) -> bool:
        """A cheap no spares the conversion of long tables."""
        return not self.const and b"func" in self.file.data[self.at : self.end]

    def _read(self) -> None:
        """Converts the values, and numbers their literals, which takes those of the whole package."""
        if self._first is not None:
            return
        if self.may_hold_literals:
            self.file.number_literals()
        else:
            self._first = 0
            self._convert()

    def _convert(self) -> None:
        if self._node is None:
            return
        node, self._node = self._node, None
        reading = self.file.reading(tolerant=self.partial)
        try:
            _, self._type, self._values = read_spec(reading, node)
            self._literals = reading.literals
        except BROKEN:
            self.partial = True
            self._values = [ast.Bad(at=self.at, end=self.end)]

    def unnumbered(self) -> list[ast.Expr]:
        """The initial values, before it is known how Go numbers the literals in them."""
        self._convert()
        return self._values

    def number(self, first: int) -> int:
        """Names the literals when `first` came before them in the package; the number of literals after them."""
        if self._first is None:
            self._convert()
            self._first = first
            for literal in self._literals:
                count, dot, below = literal.name.removeprefix("func").partition(".")
                literal.name = f"func{int(count) + first}{dot}{below}"
        return first + sum("." not in literal.name for literal in self._literals)

    @property
    def type(self) -> ast.Type | None:
        """The declared type."""
        self._read()
        return self._type

    @property
    def values(self) -> list[ast.Expr]:
        """The initial values; one for several names is a call with several results."""
        self._read()
        return self._values

    @property
    def literals(self) -> list[ast.FuncLit]:
        """Every function literal in the values; Go's name of one is `init.` and its `name`."""
        self._read()
        return self._literals

    def __repr__(self) -> str:
        return f"ValueDecl({self.file.path}, {', '.join(name.name for name in self.names)})"
