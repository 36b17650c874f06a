"""Syntax tree to `ast`: statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tree_sitter import Node

from goleaklint.golang import ast
from goleaklint.golang.grammar import BLOCK, ERROR, IDENTIFIER, NOISE, clean, kind, token
from goleaklint.golang.read_exprs import read_bad, read_expr, read_list, three
from goleaklint.golang.read_types import read_type
from goleaklint.golang.reading import LONGEST_CHAIN, Reading, expr_readers, reads, stmt_readers, type_readers

_LIST = kind("statement_list")
_EXPRESSIONS = kind("expression_list")
_FALLTHROUGH = kind("fallthrough_statement")
_EMPTY = kind("empty_statement")
_LABEL = kind("label_name")
_DEFAULT = kind("default_case")
_EXPR_CASE = kind("expression_case")
_TYPE_CASE = kind("type_case")
_COMM_CASE = kind("communication_case")
_FOR_CLAUSE = kind("for_clause")
_RANGE_CLAUSE = kind("range_clause")
_SEMICOLON = token(";")
_OPEN = token("{")
_DOT = token(".")
_COLON = token(":")
_DEFINE = token(":=")
_ASSIGN = token("=")
_SPECS = frozenset({kind("var_spec"), kind("const_spec"), kind("type_spec"), kind("type_alias")})
_SPEC_LIST = kind("var_spec_list")

# Declarations may hold several specs: these readers append to the list of statements instead of returning one.
_Appender = Callable[[Reading, Node, list[ast.Stmt]], None]
_appenders: dict[int, _Appender] = {}


def read_statements(reading: Reading, nodes: Iterable[Node]) -> list[ast.Stmt]:
    """The statements among nodes, in order; empty statements, comments and tokens are dropped."""
    body: list[ast.Stmt] = []
    add = _add_safely if reading.tolerant else _add
    for node in nodes:
        if node.kind_id == _LIST:
            for child in node.children:
                add(reading, child, body)
        else:
            add(reading, node, body)
    return body


def _add(reading: Reading, node: Node, body: list[ast.Stmt]) -> None:
    number = node.kind_id
    reader = stmt_readers.get(number)
    if reader is not None:
        body.append(reader(reading, node))
    elif number in _appenders:
        _appenders[number](reading, node, body)


def _add_safely(reading: Reading, node: Node, body: list[ast.Stmt]) -> None:
    """In a declaration with errors: a statement whose parts are not where they belong becomes a Bad."""
    try:
        _add(reading, node, body)
    except (LookupError, ValueError, AssertionError):
        body.append(read_bad(reading, node))


def read_stmt(reading: Reading, node: Node) -> ast.Stmt:
    """One statement, where the grammar allows one."""
    body = read_statements(reading, [node])
    if len(body) == 1:
        return body[0]
    at, end = node.byte_range
    return ast.Block(at=at, end=end, body=body)


def read_block(reading: Reading, node: Node) -> ast.Block:
    """The block of a function or statement."""
    at, end = node.byte_range
    return ast.Block(at=at, end=end, body=read_statements(reading, node.children))


stmt_readers[BLOCK] = read_block
stmt_readers[ERROR] = read_bad


@reads(stmt_readers, "expression_statement")
def _expression(reading: Reading, node: Node) -> ast.Stmt:
    x = node.children[0]
    at, end = node.byte_range
    return ast.ExprStmt(at=at, end=end, x=expr_readers[x.kind_id](reading, x))


@reads(stmt_readers, "send_statement")
def _send(reading: Reading, node: Node) -> ast.Stmt:
    channel, _, value = three(node)
    at, end = node.byte_range
    return ast.Send(at=at, end=end, channel=read_expr(reading, channel), value=read_expr(reading, value))


@reads(stmt_readers, "receive_statement")
def _receive(reading: Reading, node: Node) -> ast.Stmt:
    children = clean(node.children)
    at, end = node.byte_range
    if len(children) == 1:
        return ast.ExprStmt(at=at, end=end, x=read_expr(reading, children[0]))
    left, operator, right = children
    op = ":=" if operator.kind_id == _DEFINE else "="
    targets = read_list(reading, left)
    return ast.Assign(at=at, end=end, left=targets, op=op, right=[read_expr(reading, right)])


@reads(stmt_readers, "short_var_declaration", "assignment_statement")
def _assign(reading: Reading, node: Node) -> ast.Stmt:
    left, operator, right = three(node)
    at, end = node.byte_range
    op = reading.text[operator.start_byte : operator.end_byte]
    return ast.Assign(at=at, end=end, left=read_list(reading, left), op=op, right=read_list(reading, right))


@reads(stmt_readers, "inc_statement", "dec_statement")
def _increment(reading: Reading, node: Node) -> ast.Stmt:
    x, operator = clean(node.children)
    at, end = node.byte_range
    start, stop = operator.byte_range
    one = ast.Literal(at=start, end=stop, kind="int", text="1")
    return ast.Assign(at=at, end=end, left=[read_expr(reading, x)], op=reading.text[start] + "=", right=[one])


@reads(stmt_readers, "go_statement")
def _go(reading: Reading, node: Node) -> ast.Stmt:
    at, end = node.byte_range
    return ast.Go(at=at, end=end, call=read_expr(reading, clean(node.children)[1]))


@reads(stmt_readers, "defer_statement")
def _defer(reading: Reading, node: Node) -> ast.Stmt:
    at, end = node.byte_range
    return ast.Defer(at=at, end=end, call=read_expr(reading, clean(node.children)[1]))


@reads(stmt_readers, "return_statement")
def _return(reading: Reading, node: Node) -> ast.Stmt:
    at, end = node.byte_range
    for child in node.children:
        if child.kind_id == _EXPRESSIONS:
            return ast.Return(at=at, end=end, values=read_list(reading, child))
    return ast.Return(at=at, end=end)


def _jump(word: str) -> None:
    @reads(stmt_readers, f"{word}_statement")
    def read(reading: Reading, node: Node) -> ast.Stmt:
        at, end = node.byte_range
        label = next((reading.word(*c.byte_range) for c in node.children if c.kind_id == _LABEL), "")
        return ast.Branch(at=at, end=end, kind=word, label=label)  # type: ignore[arg-type]


for _word in ("break", "continue", "goto"):
    _jump(_word)


@reads(stmt_readers, "labeled_statement")
def _labeled(reading: Reading, node: Node) -> ast.Stmt:
    label, _, *rest = clean(node.children)
    at, end = node.byte_range
    stmt = read_stmt(reading, rest[0]) if rest and rest[0].kind_id != _EMPTY else None
    return ast.Labeled(at=at, end=end, label=reading.word(*label.byte_range), stmt=stmt)


@reads(stmt_readers, "if_statement")
def _if(reading: Reading, node: Node) -> ast.Stmt:
    """A chain of `else if` in a loop: generated code has hundreds."""
    last: ast.If | None = None
    for _ in range(LONGEST_CHAIN):
        made, alternative = _if_head(reading, node)
        if last is None:
            first = made
        else:
            last.orelse = made
        last = made
        if alternative is not None and alternative.kind_id == BLOCK:
            made.orelse = read_block(reading, alternative)
            alternative = None
        if alternative is None:
            return first
        node = alternative
    raise RecursionError("an if with too many branches")


def _if_head(reading: Reading, node: Node) -> tuple[ast.If, Node | None]:
    children = clean(node.children)
    init: ast.Stmt | None = None
    if children[2].kind_id == _SEMICOLON:
        init = read_stmt(reading, children[1])
        children = children[2:]
    at, end = node.byte_range
    cond = read_expr(reading, children[1])
    then = read_block(reading, children[2])
    made = ast.If(at=at, end=end, init=init, cond=cond, then=then)
    return made, children[4] if len(children) > 4 else None


@reads(stmt_readers, "for_statement")
def _for(reading: Reading, node: Node) -> ast.Stmt:
    _, *head, body = clean(node.children)
    at, end = node.byte_range
    if not head:
        return ast.For(at=at, end=end, body=read_block(reading, body))
    if head[0].kind_id == _RANGE_CLAUSE:
        return _range(reading, head[0], body, at, end)
    if head[0].kind_id != _FOR_CLAUSE:
        cond = read_expr(reading, head[0])
        return ast.For(at=at, end=end, cond=cond, body=read_block(reading, body))
    parts: list[Node | None] = [None, None, None]
    place = 0
    for child in clean(head[0].children):
        if child.kind_id == _SEMICOLON:
            place += 1
        else:
            parts[place] = child
    init, cond_, post = parts
    return ast.For(
        at=at,
        end=end,
        init=read_stmt(reading, init) if init is not None else None,
        cond=read_expr(reading, cond_) if cond_ is not None else None,
        post=read_stmt(reading, post) if post is not None else None,
        body=read_block(reading, body),
    )


def _range(reading: Reading, clause: Node, body: Node, at: int, end: int) -> ast.Range:
    children = clean(clause.children)
    names: list[ast.Expr] = []
    if children[0].kind_id == _EXPRESSIONS:
        names = read_list(reading, children[0])
    return ast.Range(
        at=at,
        end=end,
        key=names[0] if names else None,
        value=names[1] if len(names) > 1 else None,
        define=bool(names) and children[1].kind_id == _DEFINE,
        x=read_expr(reading, children[-1]),
        body=read_block(reading, body),
    )


@reads(stmt_readers, "expression_switch_statement")
def _switch(reading: Reading, node: Node) -> ast.Stmt:
    at, end = node.byte_range
    head, cases = _split_switch(node)
    init, rest = _split_init(reading, head)
    tag = read_expr(reading, rest[0]) if rest else None
    return ast.Switch(at=at, end=end, init=init, tag=tag, cases=[_case(reading, case) for case in cases])


@reads(stmt_readers, "type_switch_statement")
def _type_switch(reading: Reading, node: Node) -> ast.Stmt:
    at, end = node.byte_range
    head, cases = _split_switch(node)
    init, rest = _split_init(reading, head)
    name = ""
    if rest[1].kind_id == _DEFINE:
        name = reading.word(*rest[0].byte_range)
        rest = rest[2:]
    x = read_expr(reading, rest[0])
    made = [_case(reading, case) for case in cases]
    return ast.TypeSwitch(at=at, end=end, init=init, name=name, x=x, cases=made)


def _split_switch(node: Node) -> tuple[list[Node], list[Node]]:
    """What stands between `switch` and its brace, and the cases."""
    children = clean(node.children)
    brace = next(place for place, child in enumerate(children) if child.kind_id == _OPEN)
    cases = [child for child in children[brace + 1 :] if child.kind_id in (_EXPR_CASE, _TYPE_CASE, _DEFAULT)]
    return children[1:brace], cases


def _split_init(reading: Reading, head: list[Node]) -> tuple[ast.Stmt | None, list[Node]]:
    if len(head) > 1 and head[1].kind_id == _SEMICOLON:
        return read_stmt(reading, head[0]), head[2:]
    return None, head


def _case(reading: Reading, node: Node) -> ast.Case:
    at, end = node.byte_range
    values: list[ast.Expr] = []
    children = node.children
    colon = next(place for place, child in enumerate(children) if child.kind_id == _COLON)
    for child in children[1:colon]:
        number = child.kind_id
        if number == _EXPRESSIONS:
            values = read_list(reading, child)
        elif number in type_readers:
            values.append(_case_type(reading, child))
    body = children[colon + 1 :]
    falls = any(c.kind_id == _FALLTHROUGH for node_ in body if node_.kind_id == _LIST for c in node_.children)
    return ast.Case(
        at=at,
        end=end,
        values=values,
        default=node.kind_id == _DEFAULT,
        body=read_statements(reading, body),
        fallthrough=falls,
    )


def _case_type(reading: Reading, node: Node) -> ast.Expr:
    at, end = node.byte_range
    if reading.text[at:end] == "nil":
        return ast.Name(at=at, end=end, name="nil")
    return ast.TypeExpr(at=at, end=end, type=read_type(reading, node))


@reads(stmt_readers, "select_statement")
def _select(reading: Reading, node: Node) -> ast.Stmt:
    at, end = node.byte_range
    cases = [_comm_case(reading, case) for case in node.children if case.kind_id in (_COMM_CASE, _DEFAULT)]
    return ast.Select(at=at, end=end, cases=cases)


def _comm_case(reading: Reading, node: Node) -> ast.CommCase:
    at, end = node.byte_range
    children = clean(node.children)
    if node.kind_id == _DEFAULT:
        return ast.CommCase(at=at, end=end, body=read_statements(reading, children[2:]))
    comm = read_stmt(reading, children[1])
    return ast.CommCase(at=at, end=end, comm=comm, body=read_statements(reading, children[3:]))


# ---- declarations


def specs(node: Node) -> list[Node]:
    """The specs of a var, const or type declaration, grouped or not."""
    found: list[Node] = []
    for child in node.children:
        if child.kind_id in _SPECS:
            found.append(child)
        elif child.kind_id == _SPEC_LIST:
            found.extend(spec for spec in child.children if spec.kind_id in _SPECS)
    return found


def read_spec(reading: Reading, node: Node) -> tuple[list[ast.Name], ast.Type | None, list[ast.Expr]]:
    """The names, type and values of a var or const spec."""
    names: list[ast.Name] = []
    type_: ast.Type | None = None
    values: list[ast.Expr] = []
    for child in node.children:
        number = child.kind_id
        if number == IDENTIFIER:
            at, end = child.byte_range
            names.append(ast.Name(at=at, end=end, name=reading.word(at, end)))
        elif number == _EXPRESSIONS:
            values = read_list(reading, child)
        elif number in type_readers:
            type_ = type_readers[number](reading, child)
    return names, type_, values


def _values(const: bool) -> _Appender:
    def read(reading: Reading, node: Node, body: list[ast.Stmt]) -> None:
        for spec in specs(node):
            names, type_, values = read_spec(reading, spec)
            at, end = spec.byte_range
            body.append(ast.VarDecl(at=at, end=end, names=names, type=type_, values=values, const=const))

    return read


def _local_types(reading: Reading, node: Node, body: list[ast.Stmt]) -> None:
    for spec in specs(node):
        name, *_, type_ = [child for child in spec.children if child.kind_id not in NOISE]
        at, end = spec.byte_range
        body.append(ast.LocalType(at=at, end=end, name=reading.word(*name.byte_range), type=read_type(reading, type_)))


_appenders[kind("var_declaration")] = _values(const=False)
_appenders[kind("const_declaration")] = _values(const=True)
_appenders[kind("type_declaration")] = _local_types
