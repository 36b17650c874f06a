"""Syntax tree to `ast`: expressions."""

from __future__ import annotations

from typing import Literal

from tree_sitter import Node

from goleaklint.golang import ast
from goleaklint.golang.grammar import BLOCK, COMMENT, ERROR, NOISE, clean, kind, token
from goleaklint.golang.read_types import read_func_type, read_type, read_type_args
from goleaklint.golang.reading import LONGEST_CHAIN, Reading, expr_readers, reads, stmt_readers, type_readers

_BINARY = kind("binary_expression")
_TYPE_ARGUMENTS = kind("type_arguments")
_ARGUMENTS = kind("argument_list")
_VARIADIC = kind("variadic_argument")
_ELEMENT = kind("literal_element")
_KEYED = kind("keyed_element")
_VALUE = kind("literal_value")
_OPERATOR_TOKENS = ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "&^", "==", "!=", "<", "<=", ">", ">=")
_OPERATORS = {token(text): text for text in (*_OPERATOR_TOKENS, "&&", "||", "!", "<-")}


def read_expr(reading: Reading, node: Node) -> ast.Expr:
    """Any node that stands for an expression."""
    return expr_readers[node.kind_id](reading, node)


def read_list(reading: Reading, node: Node) -> list[ast.Expr]:
    """The expressions among the children of a node: an expression list, brackets, arguments."""
    found: list[ast.Expr] = []
    for child in node.children:
        reader = expr_readers.get(child.kind_id)
        if reader is not None:
            found.append(reader(reading, child))
    return found


def three(node: Node) -> list[Node]:
    """The children of a node that has three; comments between them are dropped."""
    children = node.children
    return children if len(children) == 3 else clean(children)


@reads(expr_readers, "identifier", "nil", "true", "false", "iota", "blank_identifier", "field_identifier")
def _name(reading: Reading, node: Node) -> ast.Expr:
    at, end = node.byte_range
    name = reading.text[at:end]
    if at == end:  # an identifier that tree-sitter supposes to be missing
        return ast.Bad(at=at, end=end)
    if not name.isascii():
        name = reading.word(at, end)
    return ast.Name(at=at, end=end, name=name)


_LITERAL_KINDS: dict[int, Literal["int", "float", "imaginary", "rune", "string"]] = {
    kind("int_literal"): "int",
    kind("float_literal"): "float",
    kind("imaginary_literal"): "imaginary",
    kind("rune_literal"): "rune",
    kind("interpreted_string_literal"): "string",
    kind("raw_string_literal"): "string",
}


@reads(
    expr_readers,
    "int_literal",
    "float_literal",
    "imaginary_literal",
    "rune_literal",
    "interpreted_string_literal",
    "raw_string_literal",
)
def _literal(reading: Reading, node: Node) -> ast.Expr:
    at, end = node.byte_range
    return ast.Literal(at=at, end=end, kind=_LITERAL_KINDS[node.kind_id], text=reading.word(at, end))


@reads(expr_readers, "parenthesized_expression")
def _parenthesized(reading: Reading, node: Node) -> ast.Expr:
    inner = three(node)[1]
    return expr_readers[inner.kind_id](reading, inner)


@reads(expr_readers, "selector_expression")
def _selector(reading: Reading, node: Node) -> ast.Expr:
    operand, _, field = three(node)
    start, stop = field.byte_range
    x = expr_readers[operand.kind_id](reading, operand)
    return ast.Selector(at=node.start_byte, end=stop, x=x, name=reading.word(start, stop), name_at=start)


@reads(expr_readers, "call_expression")
def _call(reading: Reading, node: Node) -> ast.Expr:
    children = node.children
    if len(children) != 2:
        children = clean(children)
    callee = children[0]
    at, end = node.byte_range
    fun = expr_readers[callee.kind_id](reading, callee)
    if children[1].kind_id == _TYPE_ARGUMENTS:
        types = read_type_args(reading, children[1])
        fun = ast.Index(at=at, end=children[1].end_byte, x=fun, index=types)
    args: list[ast.Expr] = []
    spread = False
    for child in children[-1].children:
        number = child.kind_id
        reader = expr_readers.get(number)
        if reader is not None:
            args.append(reader(reading, child))
        elif number == _VARIADIC:
            args.append(read_expr(reading, clean(child.children)[0]))
            spread = True
    if isinstance(fun, ast.Name) and fun.name == "make" and args:
        args[0] = _certain_type(args[0], reading, children[-1])
    return ast.Call(at=at, end=end, fun=fun, args=args, spread=spread)


def _certain_type(arg: ast.Expr, reading: Reading, arguments: Node) -> ast.Expr:
    """The first argument of make is always a type: `make(T)` has a TypeExpr, though T alone reads as a name."""
    if isinstance(arg, ast.TypeExpr):
        return arg
    for child in arguments.children:
        if child.kind_id in type_readers:
            return ast.TypeExpr(at=arg.at, end=arg.end, type=read_type(reading, child))
    return arg


@reads(expr_readers, "type_conversion_expression")
def _conversion(reading: Reading, node: Node) -> ast.Expr:
    callee, _, operand, *_ = clean(node.children)
    at, end = node.byte_range
    fun = expr_readers[callee.kind_id](reading, callee)
    return ast.Call(at=at, end=end, fun=fun, args=[expr_readers[operand.kind_id](reading, operand)])


@reads(expr_readers, "type_instantiation_expression")
def _instantiation(reading: Reading, node: Node) -> ast.Expr:
    x, *index = read_list(reading, node)
    at, end = node.byte_range
    return ast.Index(at=at, end=end, x=x, index=index)


@reads(expr_readers, "index_expression")
def _index(reading: Reading, node: Node) -> ast.Expr:
    operand, _, index, *_ = clean(node.children)
    at, end = node.byte_range
    x = expr_readers[operand.kind_id](reading, operand)
    return ast.Index(at=at, end=end, x=x, index=[expr_readers[index.kind_id](reading, index)])


@reads(expr_readers, "slice_expression")
def _slice(reading: Reading, node: Node) -> ast.Expr:
    x, *bounds = read_list(reading, node)
    at, end = node.byte_range
    return ast.SliceExpr(at=at, end=end, x=x, bounds=bounds)


@reads(expr_readers, "type_assertion_expression")
def _assertion(reading: Reading, node: Node) -> ast.Expr:
    operand, _, _, type_, *_ = clean(node.children)
    at, end = node.byte_range
    x = expr_readers[operand.kind_id](reading, operand)
    return ast.TypeAssert(at=at, end=end, x=x, type=read_type(reading, type_))


@reads(expr_readers, "unary_expression")
def _unary(reading: Reading, node: Node) -> ast.Expr:
    children = node.children
    operator, operand = children if len(children) == 2 else clean(children)
    at, end = node.byte_range
    x = expr_readers[operand.kind_id](reading, operand)
    return ast.Unary(at=at, end=end, op=_OPERATORS[operator.kind_id], x=x)


@reads(expr_readers, "binary_expression")
def _binary(reading: Reading, node: Node) -> ast.Expr:
    """The left spine in a loop: generated code adds up strings of a thousand parts."""
    spine = [node]
    left, operator, right = three(node)
    rest = [(operator, right)]
    while left.kind_id == _BINARY:
        if len(spine) > LONGEST_CHAIN:
            raise RecursionError("an expression with too many operators")
        spine.append(left)
        left, operator, right = three(left)
        rest.append((operator, right))
    x = expr_readers[left.kind_id](reading, left)
    at = node.start_byte
    while spine:
        end = spine.pop().end_byte
        operator, right = rest.pop()
        y = expr_readers[right.kind_id](reading, right)
        x = ast.Binary(at=at, end=end, op=_OPERATORS[operator.kind_id], left=x, right=y)
    return x


@reads(expr_readers, "composite_literal")
def _composite(reading: Reading, node: Node) -> ast.Expr:
    type_, body = clean(node.children)
    at, end = node.byte_range
    return ast.Composite(at=at, end=end, type=read_type(reading, type_), elements=_elements(reading, body))


@reads(expr_readers, "literal_value")
def _elided(reading: Reading, node: Node) -> ast.Expr:
    at, end = node.byte_range
    return ast.Composite(at=at, end=end, elements=_elements(reading, node))


def _elements(reading: Reading, node: Node) -> list[ast.Element]:
    elements: list[ast.Element] = []
    for child in node.children:
        number = child.kind_id
        at, end = child.byte_range
        if number == _ELEMENT:
            elements.append(ast.Element(at=at, end=end, value=_element(reading, child)))
        elif number == _KEYED:
            key, _, value = three(child)
            elements.append(ast.Element(at=at, end=end, key=_element(reading, key), value=_element(reading, value)))
        elif number == ERROR:
            elements.append(ast.Element(at=at, end=end, value=ast.Bad(at=at, end=end)))
    return elements


def _element(reading: Reading, node: Node) -> ast.Expr:
    for child in node.children:
        if child.kind_id not in NOISE:
            return expr_readers[child.kind_id](reading, child)
    at, end = node.byte_range
    return ast.Bad(at=at, end=end)


@reads(expr_readers, "func_literal")
def _func_literal(reading: Reading, node: Node) -> ast.Expr:
    """Named as the compiler names it (cmd/compile/internal/ir/func.go, closureName): by a count in its function."""
    at, end = node.byte_range
    children = node.children
    reading.count += 1
    prefix, count = reading.prefix, reading.count
    name = f"{prefix}{count}"
    place = len(reading.literals)
    reading.prefix, reading.count = name + ".", 0
    type_ = read_func_type(reading, children, at, children[-1].start_byte)
    body = stmt_readers[BLOCK](reading, children[-1])
    reading.prefix, reading.count = prefix, count
    assert isinstance(body, ast.Block)
    literal = ast.FuncLit(at=at, end=end, name=name, type=type_, body=body)
    reading.literals.insert(place, literal)
    return literal


def read_bad(reading: Reading, node: Node) -> ast.Bad:
    """What could not be parsed."""
    at, end = node.byte_range
    return ast.Bad(at=at, end=end)


expr_readers[ERROR] = read_bad
assert COMMENT not in expr_readers
