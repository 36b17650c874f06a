"""The Go syntax tree that the analysis works on: small, typed, free of tree-sitter.

Every node has `at` and `end`, byte offsets into its file (`SourceFile.span` turns them into lines and columns).
Parentheses and comments are dropped. A piece of source that the parser could not read is a `Bad` node.
Nodes compare and hash by identity: a node is its own place in the program.
"""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec


class Node(msgspec.Struct, eq=False, gc=False, kw_only=True):
    """Base of every node: where it stands in its file."""

    at: int
    end: int


# ---- types


class TypeName(Node, kw_only=True):
    """`T`, `pkg.T` (`package` = "pkg"), `T[A, B]`."""

    package: str = ""
    name: str
    args: list[Type] = []


class PointerType(Node, kw_only=True):
    elem: Type


class SliceType(Node, kw_only=True):
    """`[]T`; also a variadic parameter `...T`."""

    elem: Type


class ArrayType(Node, kw_only=True):
    """`[N]T`; length None for `[...]T`."""

    length: Expr | None = None
    elem: Type


class MapType(Node, kw_only=True):
    key: Type
    value: Type


class ChanType(Node, kw_only=True):
    direction: OneOf["both", "send", "recv"] = "both"
    elem: Type


class FuncType(Node, kw_only=True):
    params: list[Param] = []
    results: list[Param] = []


class Field(Node, kw_only=True):
    """One field of a struct; an embedded field has the type's own base name and `embedded` set."""

    name: str
    type: Type
    embedded: bool = False


class StructType(Node, kw_only=True):
    fields: list[Field] = []


class MethodSpec(Node, kw_only=True):
    name: str
    type: FuncType


class InterfaceType(Node, kw_only=True):
    methods: list[MethodSpec] = []
    embeds: list[Type] = []


class OtherType(Node, kw_only=True):
    """Constraint unions and whatever else is no concern of the analysis; `text` is the source."""

    text: str


Type = (
    TypeName
    | PointerType
    | SliceType
    | ArrayType
    | MapType
    | ChanType
    | FuncType
    | StructType
    | InterfaceType
    | OtherType
)


class Param(Node, kw_only=True):
    """One parameter or result; `name` is "" when it has none. `a, b int` are two Params."""

    name: str = ""
    type: Type
    variadic: bool = False


# ---- expressions


class Name(Node, kw_only=True):
    """An identifier, also `nil`, `true`, `false`, `iota` and `_`."""

    name: str


class Literal(Node, kw_only=True):
    """A basic literal, as written."""

    kind: OneOf["int", "float", "imaginary", "rune", "string"]
    text: str


class Selector(Node, kw_only=True):
    """`x.name`; `name_at` is the offset of the name itself."""

    x: Expr
    name: str
    name_at: int


class Call(Node, kw_only=True):
    """`fun(args...)`; a type argument (`make(chan T)`, `new(T)`, conversions) stands in args or fun as a TypeExpr."""

    fun: Expr
    args: list[Expr] = []
    spread: bool = False  # f(xs...)


class FuncLit(Node, kw_only=True):
    """A function literal. `name` is its name inside the declaration, as Go gives it: `func1`, `func1.2`.

    `body` is converted with the declaration that holds it.
    """

    name: str
    type: FuncType
    body: Block


class Unary(Node, kw_only=True):
    """`op` is one of `& * ! - + ^ <-`; `<-` is a receive."""

    op: str
    x: Expr


class Binary(Node, kw_only=True):
    op: str
    left: Expr
    right: Expr


class Element(Node, kw_only=True):
    """One element of a composite literal; a field name is a `Name` key."""

    key: Expr | None = None
    value: Expr


class Composite(Node, kw_only=True):
    """`T{...}`; `type` is None for an elided inner literal."""

    type: Type | None = None
    elements: list[Element] = []


class Index(Node, kw_only=True):
    """`x[index]`, also a generic instantiation `f[T]` (the type is then a TypeExpr or a Name)."""

    x: Expr
    index: list[Expr] = []


class SliceExpr(Node, kw_only=True):
    """`x[a:b:c]`."""

    x: Expr
    bounds: list[Expr] = []


class TypeAssert(Node, kw_only=True):
    """`x.(T)`; type None for `x.(type)`."""

    x: Expr
    type: Type | None = None


class TypeExpr(Node, kw_only=True):
    """A type where an expression stands: `make(chan int)`, `[]byte(s)`, `func() (T)` in a call's arguments."""

    type: Type


class Bad(Node, kw_only=True):
    """Source that could not be parsed; stands for an expression or a statement."""


Expr = (
    Name
    | Literal
    | Selector
    | Call
    | FuncLit
    | Unary
    | Binary
    | Composite
    | Index
    | SliceExpr
    | TypeAssert
    | TypeExpr
    | Bad
)


# ---- statements


class Block(Node, kw_only=True):
    body: list[Stmt] = []


class ExprStmt(Node, kw_only=True):
    x: Expr


class Send(Node, kw_only=True):
    """`channel <- value`."""

    channel: Expr
    value: Expr


class Assign(Node, kw_only=True):
    """`left op right`; op is `=`, `:=`, or a compound such as `+=`. `x++` is `x += 1`."""

    left: list[Expr]
    op: str
    right: list[Expr]


class VarDecl(Node, kw_only=True):
    """`var a, b T = x, y` inside a function, one spec each (also `const`, with `const` set)."""

    names: list[Name]
    type: Type | None = None
    values: list[Expr] = []
    const: bool = False


class Go(Node, kw_only=True):
    """A go statement; `call` may be a Bad or a non-call in broken code."""

    call: Expr


class Defer(Node, kw_only=True):
    call: Expr


class Return(Node, kw_only=True):
    values: list[Expr] = []


class If(Node, kw_only=True):
    init: Stmt | None = None
    cond: Expr
    then: Block
    orelse: Stmt | None = None  # a Block or an If


class For(Node, kw_only=True):
    """`for init; cond; post {}`; all None for `for {}`."""

    init: Stmt | None = None
    cond: Expr | None = None
    post: Stmt | None = None
    body: Block


class Range(Node, kw_only=True):
    """`for key, value := range x {}`; define tells `:=` from `=`."""

    key: Expr | None = None
    value: Expr | None = None
    define: bool = False
    x: Expr
    body: Block


class Case(Node, kw_only=True):
    """A case of a switch; `default` has no values. For a type switch the values are TypeExprs (or Name nil)."""

    values: list[Expr] = []
    default: bool = False
    body: list[Stmt] = []
    fallthrough: bool = False


class Switch(Node, kw_only=True):
    """`switch init; tag {}`."""

    init: Stmt | None = None
    tag: Expr | None = None
    cases: list[Case] = []


class TypeSwitch(Node, kw_only=True):
    """`switch init; name := x.(type) {}`."""

    init: Stmt | None = None
    name: str = ""
    x: Expr
    cases: list[Case] = []


class CommCase(Node, kw_only=True):
    """A case of a select: a Send, an ExprStmt (receive), an Assign whose right is a receive, or None for default."""

    comm: Stmt | None = None
    body: list[Stmt] = []


class Select(Node, kw_only=True):
    cases: list[CommCase] = []


class Labeled(Node, kw_only=True):
    label: str
    stmt: Stmt | None = None


class Branch(Node, kw_only=True):
    """`break`, `continue`, `goto` (a fallthrough is `Case.fallthrough`)."""

    kind: OneOf["break", "continue", "goto"]
    label: str = ""


class LocalType(Node, kw_only=True):
    """A type declaration inside a function."""

    name: str
    type: Type


Stmt = (
    Block
    | ExprStmt
    | Send
    | Assign
    | VarDecl
    | Go
    | Defer
    | Return
    | If
    | For
    | Range
    | Switch
    | TypeSwitch
    | Select
    | Labeled
    | Branch
    | LocalType
    | Bad
)
