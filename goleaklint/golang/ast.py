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


class TypeName(Node):
    """`T`, `pkg.T` (`package` = "pkg"), `T[A, B]`."""

    package: str = ""
    name: str
    args: list[Type] = []


class PointerType(Node):
    elem: Type


class SliceType(Node):
    """`[]T`; also a variadic parameter `...T`."""

    elem: Type


class ArrayType(Node):
    """`[N]T`; length None for `[...]T`."""

    length: Expr | None = None
    elem: Type


class MapType(Node):
    key: Type
    value: Type


class ChanType(Node):
    direction: OneOf["both", "send", "recv"] = "both"
    elem: Type


class FuncType(Node):
    params: list[Param] = []
    results: list[Param] = []


class Field(Node):
    """One field of a struct; an embedded field has the type's own base name and `embedded` set."""

    name: str
    type: Type
    embedded: bool = False


class StructType(Node):
    fields: list[Field] = []


class MethodSpec(Node):
    name: str
    type: FuncType


class InterfaceType(Node):
    methods: list[MethodSpec] = []
    embeds: list[Type] = []


class OtherType(Node):
    """Constraint unions and whatever else is no concern of the analysis; `text` is the source."""

    text: str


Type = (
    TypeName | PointerType | SliceType | ArrayType | MapType | ChanType | FuncType | StructType | InterfaceType | OtherType
)


class Param(Node):
    """One parameter or result; `name` is "" when it has none. `a, b int` are two Params."""

    name: str = ""
    type: Type
    variadic: bool = False


# ---- expressions


class Name(Node):
    """An identifier, also `nil`, `true`, `false`, `iota` and `_`."""

    name: str


class Literal(Node):
    """A basic literal, as written."""

    kind: OneOf["int", "float", "imaginary", "rune", "string"]
    text: str


class Selector(Node):
    """`x.name`; `name_at` is the offset of the name itself."""

    x: Expr
    name: str
    name_at: int


class Call(Node):
    """`fun(args...)`; a type argument (`make(chan T)`, `new(T)`, conversions) stands in args or fun as a TypeExpr."""

    fun: Expr
    args: list[Expr] = []
    spread: bool = False  # f(xs...)


class FuncLit(Node):
    """A function literal. `name` is its name inside the declaration, as Go gives it: `func1`, `func1.2`.

    `body` is converted with the declaration that holds it.
    """

    name: str
    type: FuncType
    body: Block


class Unary(Node):
    """`op` is one of `& * ! - + ^ <-`; `<-` is a receive."""

    op: str
    x: Expr


class Binary(Node):
    op: str
    left: Expr
    right: Expr


class Element(Node):
    """One element of a composite literal; a field name is a `Name` key."""

    key: Expr | None = None
    value: Expr


class Composite(Node):
    """`T{...}`; `type` is None for an elided inner literal."""

    type: Type | None = None
    elements: list[Element] = []


class Index(Node):
    """`x[index]`, also a generic instantiation `f[T]` (the type is then a TypeExpr or a Name)."""

    x: Expr
    index: list[Expr] = []


class SliceExpr(Node):
    """`x[a:b:c]`."""

    x: Expr
    bounds: list[Expr] = []


class TypeAssert(Node):
    """`x.(T)`; type None for `x.(type)`."""

    x: Expr
    type: Type | None = None


class TypeExpr(Node):
    """A type where an expression stands: `make(chan int)`, `[]byte(s)`, `func() (T)` in a call's arguments."""

    type: Type


class Bad(Node):
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


class Block(Node):
    body: list[Stmt] = []


class ExprStmt(Node):
    x: Expr


class Send(Node):
    """`channel <- value`."""

    channel: Expr
    value: Expr


class Assign(Node):
    """`left op right`; op is `=`, `:=`, or a compound such as `+=`. `x++` is `x += 1`."""

    left: list[Expr]
    op: str
    right: list[Expr]


class VarDecl(Node):
    """`var a, b T = x, y` inside a function, one spec each (also `const`, with `const` set)."""

    names: list[Name]
    type: Type | None = None
    values: list[Expr] = []
    const: bool = False


class Go(Node):
    """A go statement; `call` may be a Bad or a non-call in broken code."""

    call: Expr


class Defer(Node):
    call: Expr


class Return(Node):
    values: list[Expr] = []


class If(Node):
    init: Stmt | None = None
    cond: Expr
    then: Block
    orelse: Stmt | None = None  # a Block or an If


class For(Node):
    """`for init; cond; post {}`; all None for `for {}`."""

    init: Stmt | None = None
    cond: Expr | None = None
    post: Stmt | None = None
    body: Block


class Range(Node):
    """`for key, value := range x {}`; define tells `:=` from `=`."""

    key: Expr | None = None
    value: Expr | None = None
    define: bool = False
    x: Expr
    body: Block


class Case(Node):
    """A case of a switch; `default` has no values. For a type switch the values are TypeExprs (or Name nil)."""

    values: list[Expr] = []
    default: bool = False
    body: list[Stmt] = []
    fallthrough: bool = False


class Switch(Node):
    """`switch init; tag {}`."""

    init: Stmt | None = None
    tag: Expr | None = None
    cases: list[Case] = []


class TypeSwitch(Node):
    """`switch init; name := x.(type) {}`."""

    init: Stmt | None = None
    name: str = ""
    x: Expr
    cases: list[Case] = []


class CommCase(Node):
    """A case of a select. `comm` is a Send, an ExprStmt (receive) or an Assign whose right is a receive; None = default."""

    comm: Stmt | None = None
    body: list[Stmt] = []


class Select(Node):
    cases: list[CommCase] = []


class Labeled(Node):
    label: str
    stmt: Stmt | None = None


class Branch(Node):
    """`break`, `continue`, `goto` (a fallthrough is `Case.fallthrough`)."""

    kind: OneOf["break", "continue", "goto"]
    label: str = ""


class LocalType(Node):
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
