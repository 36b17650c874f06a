"""Syntax tree to `ast`: types, parameters, and types that stand where an expression is meant."""

from __future__ import annotations

from tree_sitter import Node

from goleaklint.golang import ast
from goleaklint.golang.grammar import COMMENT, ERROR, IDENTIFIER, NOISE, clean, kind, token
from goleaklint.golang.reading import Reading, expr_readers, reads, type_readers

_PARAMETERS = kind("parameter_list")
_PARAMETER = kind("parameter_declaration")
_VARIADIC = kind("variadic_parameter_declaration")
_TYPE_NAME = kind("type_identifier")
_QUALIFIED = kind("qualified_type")
_GENERIC = kind("generic_type")
_PARENTHESES = kind("parenthesized_type")
_TYPE_ELEM = kind("type_elem")
_FIELD = kind("field_declaration")
_FIELDS = kind("field_declaration_list")
_FIELD_NAME = kind("field_identifier")
_METHOD = kind("method_elem")
_STAR = token("*")
_ARROW = token("<-")


def read_type(reading: Reading, node: Node) -> ast.Type:
    """Any node that stands for a type; what is none (broken code) becomes an OtherType."""
    reader = type_readers.get(node.kind_id)
    return reader(reading, node) if reader is not None else _other(reading, node)


def read_func_type(reading: Reading, children: list[Node], at: int, end: int) -> ast.FuncType:
    """The signature among the children of a declaration, literal, method or function type.

    `children` starts at the parameter list; what follows it, up to a block, is the result.
    """
    params: list[ast.Param] = []
    results: list[ast.Param] = []
    seen = False
    for child in children:
        number = child.kind_id
        if not seen:
            if number == _PARAMETERS:
                params, seen = read_params(reading, child), True
        elif number == _PARAMETERS:
            results = read_params(reading, child)
        elif number in type_readers:
            start, stop = child.byte_range
            results = [ast.Param(at=start, end=stop, type=type_readers[number](reading, child))]
    return ast.FuncType(at=at, end=end, params=params, results=results)


def read_params(reading: Reading, node: Node) -> list[ast.Param]:
    """The parameters of a parameter list, one for each name."""
    params: list[ast.Param] = []
    for child in node.children:
        number = child.kind_id
        if number == _PARAMETER:
            _read_param(reading, child, params)
        elif number == _VARIADIC:
            params.append(_read_variadic(reading, child))
    return params


def _read_param(reading: Reading, node: Node, params: list[ast.Param]) -> None:
    names: list[Node] = []
    type_: ast.Type | None = None
    for child in node.children:
        number = child.kind_id
        if number == IDENTIFIER:
            names.append(child)
        elif number in type_readers:
            type_ = type_readers[number](reading, child)
    if type_ is None:
        type_ = _other(reading, node)
    at, end = node.byte_range
    if not names:
        params.append(ast.Param(at=at, end=end, type=type_))
    for name in names:
        start, stop = name.byte_range
        params.append(ast.Param(at=start, end=stop, name=reading.word(start, stop), type=type_))


def _read_variadic(reading: Reading, node: Node) -> ast.Param:
    at, end = node.byte_range
    name = ""
    elem: ast.Type | None = None
    for child in node.children:
        number = child.kind_id
        if number == IDENTIFIER:
            name = reading.word(*child.byte_range)
        elif number in type_readers:
            elem = type_readers[number](reading, child)
    type_ = ast.SliceType(at=at, end=end, elem=elem if elem is not None else _other(reading, node))
    return ast.Param(at=at, end=end, name=name, type=type_, variadic=True)


@reads(type_readers, "type_identifier")
def _name(reading: Reading, node: Node) -> ast.Type:
    at, end = node.byte_range
    return ast.TypeName(at=at, end=end, name=reading.word(at, end))


@reads(type_readers, "qualified_type")
def _qualified(reading: Reading, node: Node) -> ast.Type:
    package, _, name = clean(node.children)
    at, end = node.byte_range
    return ast.TypeName(at=at, end=end, package=reading.word(*package.byte_range), name=reading.word(*name.byte_range))


@reads(type_readers, "generic_type")
def _generic(reading: Reading, node: Node) -> ast.Type:
    base, args = clean(node.children)
    type_ = read_type(reading, base)
    if isinstance(type_, ast.TypeName):
        type_.end = node.end_byte
        type_.args = _type_args(reading, args)
    return type_


def _type_args(reading: Reading, node: Node) -> list[ast.Type]:
    return [read_type(reading, child) for child in node.named_children if child.kind_id not in NOISE]


@reads(type_readers, "pointer_type")
def _pointer(reading: Reading, node: Node) -> ast.Type:
    at, end = node.byte_range
    return ast.PointerType(at=at, end=end, elem=_last(reading, node))


@reads(type_readers, "slice_type")
def _slice(reading: Reading, node: Node) -> ast.Type:
    at, end = node.byte_range
    return ast.SliceType(at=at, end=end, elem=_last(reading, node))


def _last(reading: Reading, node: Node) -> ast.Type:
    """The type that ends a node: the element of a pointer, slice, array, map or channel."""
    return read_type(reading, clean(node.children)[-1])


@reads(type_readers, "array_type")
def _array(reading: Reading, node: Node) -> ast.Type:
    at, end = node.byte_range
    length = clean(node.children)[1]
    return ast.ArrayType(
        at=at, end=end, length=expr_readers[length.kind_id](reading, length), elem=_last(reading, node)
    )


@reads(type_readers, "implicit_length_array_type")
def _counted_array(reading: Reading, node: Node) -> ast.Type:
    at, end = node.byte_range
    return ast.ArrayType(at=at, end=end, elem=_last(reading, node))


@reads(type_readers, "map_type")
def _map(reading: Reading, node: Node) -> ast.Type:
    at, end = node.byte_range
    _, _, key, _, value = clean(node.children)
    return ast.MapType(at=at, end=end, key=read_type(reading, key), value=read_type(reading, value))


@reads(type_readers, "channel_type")
def _channel(reading: Reading, node: Node) -> ast.Type:
    at, end = node.byte_range
    children = clean(node.children)
    elem = read_type(reading, children[-1])
    if children[0].kind_id == _ARROW:
        return ast.ChanType(at=at, end=end, direction="recv", elem=elem)
    if children[1].kind_id == _ARROW:
        return ast.ChanType(at=at, end=end, direction="send", elem=elem)
    return ast.ChanType(at=at, end=end, elem=elem)


@reads(type_readers, "function_type")
def _func(reading: Reading, node: Node) -> ast.Type:
    at, end = node.byte_range
    return read_func_type(reading, node.children, at, end)


@reads(type_readers, "parenthesized_type")
def _parenthesized(reading: Reading, node: Node) -> ast.Type:
    return read_type(reading, clean(node.children)[1])


@reads(type_readers, "type_elem", "type_constraint")
def _type_elem(reading: Reading, node: Node) -> ast.Type:
    children = clean(node.children)
    return read_type(reading, children[0]) if len(children) == 1 else _other(reading, node)


@reads(type_readers, "negated_type")
def _other(reading: Reading, node: Node) -> ast.Type:
    at, end = node.byte_range
    return ast.OtherType(at=at, end=end, text=reading.word(at, end))


@reads(type_readers, "struct_type")
def _struct(reading: Reading, node: Node) -> ast.Type:
    at, end = node.byte_range
    fields: list[ast.Field] = []
    for body in node.children:
        if body.kind_id != _FIELDS:
            continue
        for child in body.children:
            if child.kind_id == _FIELD:
                _read_field(reading, child, fields)
    return ast.StructType(at=at, end=end, fields=fields)


def _read_field(reading: Reading, node: Node, fields: list[ast.Field]) -> None:
    names: list[Node] = []
    type_: ast.Type | None = None
    star: Node | None = None
    for child in node.children:
        number = child.kind_id
        if number == _FIELD_NAME:
            names.append(child)
        elif number == _STAR:
            star = child
        elif number in type_readers:
            type_ = type_readers[number](reading, child)
    if type_ is None:
        type_ = _other(reading, node)
    for name in names:
        start, stop = name.byte_range
        fields.append(ast.Field(at=start, end=stop, name=reading.word(start, stop), type=type_))
    if not names:
        fields.append(_embedded(type_, star))


def _embedded(type_: ast.Type, star: Node | None) -> ast.Field:
    name = type_.name if isinstance(type_, ast.TypeName) else ""
    at = type_.at
    if star is not None:
        at = star.start_byte
        type_ = ast.PointerType(at=at, end=type_.end, elem=type_)
    return ast.Field(at=at, end=type_.end, name=name, type=type_, embedded=True)


@reads(type_readers, "interface_type")
def _interface(reading: Reading, node: Node) -> ast.Type:
    at, end = node.byte_range
    methods: list[ast.MethodSpec] = []
    embeds: list[ast.Type] = []
    for child in node.children:
        if child.kind_id == _METHOD:
            methods.append(_read_method(reading, child))
        elif child.kind_id == _TYPE_ELEM:
            embeds.append(_type_elem(reading, child))
    return ast.InterfaceType(at=at, end=end, methods=methods, embeds=embeds)


def _read_method(reading: Reading, node: Node) -> ast.MethodSpec:
    at, end = node.byte_range
    name, *rest = clean(node.children)
    type_ = read_func_type(reading, rest, at, end)
    return ast.MethodSpec(at=at, end=end, name=reading.word(*name.byte_range), type=type_)


# ---- types where an expression is meant


@reads(
    expr_readers,
    "pointer_type",
    "slice_type",
    "array_type",
    "implicit_length_array_type",
    "map_type",
    "channel_type",
    "function_type",
    "struct_type",
    "interface_type",
    "negated_type",
)
def read_type_expr(reading: Reading, node: Node) -> ast.Expr:
    """A type that can be nothing else: `[]T`, `chan T`. (`*T` in brackets is taken for a pointer type.)"""
    at, end = node.byte_range
    return ast.TypeExpr(at=at, end=end, type=read_type(reading, node))


@reads(expr_readers, "type_identifier")
def _maybe_name(reading: Reading, node: Node) -> ast.Expr:
    """The grammar reads `m[k](x)` and `new(x)` with k and x as types: syntax cannot tell, so they stay names."""
    at, end = node.byte_range
    return ast.Name(at=at, end=end, name=reading.word(at, end))


@reads(expr_readers, "qualified_type")
def _maybe_selector(reading: Reading, node: Node) -> ast.Expr:
    package, _, name = clean(node.children)
    at, end = package.byte_range
    x = ast.Name(at=at, end=end, name=reading.word(at, end))
    start, stop = name.byte_range
    return ast.Selector(at=at, end=stop, x=x, name=reading.word(start, stop), name_at=start)


@reads(expr_readers, "generic_type")
def _maybe_index(reading: Reading, node: Node) -> ast.Expr:
    base, args = clean(node.children)
    at, end = node.byte_range
    return ast.Index(at=at, end=end, x=expr_readers[base.kind_id](reading, base), index=read_type_args(reading, args))


@reads(expr_readers, "parenthesized_type")
def _maybe_parenthesized(reading: Reading, node: Node) -> ast.Expr:
    inner = clean(node.children)[1]
    return expr_readers[inner.kind_id](reading, inner)


@reads(expr_readers, "type_elem", "type_constraint")
def _maybe_elem(reading: Reading, node: Node) -> ast.Expr:
    children = clean(node.children)
    if len(children) == 1:
        return expr_readers[children[0].kind_id](reading, children[0])
    return read_type_expr(reading, node)


def read_type_args(reading: Reading, node: Node) -> list[ast.Expr]:
    """`[A, B]` after an expression, as expressions."""
    args: list[ast.Expr] = []
    for child in node.children:
        number = child.kind_id
        if number not in (COMMENT, ERROR) and number in expr_readers:
            args.append(expr_readers[number](reading, child))
    return args
