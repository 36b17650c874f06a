"""Edits of Go source that gofmt leaves as they are: a line put below a statement, a line taken away.

Where gofmt would align comments anew, there is no edit: None.
"""

from __future__ import annotations

import re

from goleaklint.facts.functions import Function, Var
from goleaklint.facts.parents import parents
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast
from goleaklint.golang.source import SourceFile
from goleaklint.model import Edit, Fix

_COMMENT = re.compile(r"\S.*\s//|\S.*/\*")


def below(file: SourceFile, stmt: ast.Node, text: str) -> Edit | None:
    """A statement on a line of its own after `stmt`, which ends its line and starts one."""
    line = file.position(stmt.end)[0]
    if not is_alone(file, stmt, or_comment=True) or (_has_comment(file, line) and _has_comment(file, line + 1)):
        return None
    start = file.line_text(file.position(stmt.at)[0])
    indent = start[: len(start) - len(start.lstrip())]
    column = len(file.line_text(line).encode()) + 1
    return Edit(
        file.span(stmt)._replace(line=line, column=column, end_line=line, end_column=column), f"\n{indent}{text}"
    )


def above(file: SourceFile, stmt: ast.Node, text: str) -> Edit | None:
    """A statement on a line of its own before `stmt`, which starts its line."""
    line, column = file.position(stmt.at)
    start = file.line_text(line)
    indent = start[: len(start) - len(start.lstrip())]
    if len(indent.encode()) != column - 1 or (_has_comment(file, line) and _has_comment(file, line - 1)):
        return None
    return Edit(file.span(stmt.at)._replace(column=1, end_column=1), f"{indent}{text}\n")


def first_in(file: SourceFile, body: ast.Block, text: str) -> Edit | None:
    """A statement on a line of its own at the start of a body that is written over several lines."""
    line, column = file.position(body.at)
    rest = file.line_text(line).encode()[column:].strip()
    if not body.body or (rest and not rest.startswith(b"//")) or (rest and _has_comment(file, line + 1)):
        return None
    start = file.line_text(file.position(body.body[0].at)[0])
    indent = start[: len(start) - len(start.lstrip())]
    end = len(file.line_text(line).encode()) + 1
    return Edit(file.span(body.at)._replace(column=end, end_column=end), f"\n{indent}{text}")


def without(file: SourceFile, stmt: ast.Node) -> Edit | None:
    """The line of a statement taken away, with an empty line that would stay behind where none may be."""
    line, end = file.position(stmt.at)[0], file.position(stmt.end)[0]
    is_between = _has_comment(file, line - 1) and _has_comment(file, line + 1)
    if line != end or not is_alone(file, stmt) or is_between:
        return None
    before, after = file.line_text(line - 1).strip(), file.line_text(line + 1).strip()
    if before.startswith("//") or (before.endswith(("{", ":")) and after.startswith(("}", "case ", "default:"))):
        return None  # a comment that would speak of something else, a block that would be empty
    first, last = line, line + 1
    if not before and (not after or after.startswith("}")):
        first -= 1
    elif before.endswith("{") and not after:
        last += 1
    return Edit(file.span(stmt)._replace(line=first, column=1, end_line=last, end_column=1), "")


def replaced(file: SourceFile, node: ast.Node, text: str) -> Edit | None:
    """Another text for a node inside one line."""
    span = file.span(node)
    is_aligned = _has_comment(file, span.line) and any(_has_comment(file, span.line + step) for step in (-1, 1))
    return Edit(span, text) if span.line == span.end_line and not is_aligned else None


def is_alone(file: SourceFile, stmt: ast.Node, *, or_comment: bool = False) -> bool:
    """Whether a statement has its lines for itself, or shares them with a comment only."""
    first, column = file.position(stmt.at)
    last, end = file.position(stmt.end)
    before = file.line_text(first).encode()[: column - 1]
    after = file.line_text(last).encode()[end - 1 :].strip()
    return not before.strip() and (not after or (or_comment and after.startswith(b"//")))


def _has_comment(file: SourceFile, line: int) -> bool:
    """Whether the line has a comment behind its code (or a string that looks like one)."""
    return _COMMENT.search(file.line_text(line)) is not None


def siblings(known: Bindings, stmt: ast.Node) -> list[ast.Stmt] | None:
    """The statements of the block of a statement that runs once: no loop, no label and no goto in its function."""
    up = parents(known)
    around = list(up.within(stmt))
    if any(isinstance(node, ast.For | ast.Range) for node in around):
        return None
    if any(isinstance(node, ast.Labeled) for node in up.function(stmt).own()):
        return None
    block = around[0] if around else up.function(stmt).body
    match block:
        case ast.Block(body=body) | ast.Case(body=body) | ast.CommCase(body=body) if any(one is stmt for one in body):
            return body
    return None


def deferred(
    known: Bindings,
    stmt: ast.Stmt,
    error: ast.Expr | None,
    var: Var,
    call: str,
    *,
    names: frozenset[str],
    looks: bool = True,
) -> Fix | None:
    """`defer call` below the statement that acquires, or below the check of its error; a later one is taken away.

    `call` is the release as it is written. Safe when the statements of the same block release in the end in any case,
    or, with `looks`, when the value is only looked at: then nobody has it when the function is over.
    """
    body = siblings(known, stmt)
    if body is None:
        return None
    after = body[next(index for index, one in enumerate(body) if one is stmt) + 1 :]
    place: ast.Stmt = stmt
    if error is not None:
        if not after or not _is_check(after[0], error):
            return None
        place, after = after[0], after[1:]
    released, only_looks = False, looks
    edits: list[Edit | None] = [below(known.file, place, f"defer {call}")]
    for read in var.reads:
        if read.at < stmt.end:
            return None
        match _how(known, read, names):
            case "elsewhere":
                return None
            case "released":
                released |= any(_is_release(one, read) for one in after)
                edits += [
                    without(known.file, one)
                    for one in after
                    if isinstance(one, ast.Defer) and one.at <= read.at < one.end and len(var.stores) <= 1
                ]
            case "handed":
                only_looks = False
    made = [edit for edit in edits if edit is not None]
    if len(made) < len(edits):
        return None
    return Fix(tuple(made), released or only_looks, f"add defer {call}")


def _is_check(stmt: ast.Stmt, error: ast.Expr) -> bool:
    """`if err != nil { return }`, of the error of the acquisition."""
    match stmt:
        case ast.If(
            init=None, cond=ast.Binary(op="!=", left=ast.Name() as left, right=ast.Name(name="nil")), orelse=None
        ):
            last = stmt.then.body[-1] if stmt.then.body else None
            return isinstance(error, ast.Name) and left.name == error.name and isinstance(last, ast.Return)
    return False


def _is_release(stmt: ast.Stmt, read: ast.Name) -> bool:
    """Whether a statement is nothing but the release: `x.Close()`, `defer x.Close()`, `return x.Close()`."""
    match stmt:
        case ast.ExprStmt() | ast.Defer():
            return stmt.at <= read.at < stmt.end
        case ast.Return(values=[ast.Call()]) | ast.Assign(right=[ast.Call()]):
            return stmt.at <= read.at < stmt.end
    return False


def _how(known: Bindings, read: ast.Name, names: frozenset[str]) -> str:
    """What is done with a mention: "released", "looked", "handed" to a call, or "elsewhere"."""
    up = parents(known)
    var = known.var(read)
    if var is None or up.function(read) is not var.function:
        return "elsewhere"
    outer = up.of(read)
    node: ast.Node = read
    while isinstance(outer, ast.Selector):
        if outer.name in names and isinstance(up.of(outer), ast.Call):
            return "released"
        node, outer = outer, up.of(outer)
    if isinstance(outer, ast.Call) and outer.fun is node:
        is_own = node is read and "()" in names
        return "released" if is_own else "looked"
    if isinstance(outer, ast.Call):
        return "handed"
    is_data = isinstance(node, ast.Selector) and node.name != "Body"
    if is_data and isinstance(outer, ast.Binary | ast.Range | ast.Switch | ast.Index | ast.Assign | ast.Return):
        return "looked"
    if isinstance(outer, ast.Binary):
        return "looked"
    return "elsewhere"


def is_free(function: Function, name: str) -> bool:
    """Whether nothing in the declaration, and nothing of its file, is called so."""
    word = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
    return word.search(function.decl.file.data, function.decl.at, function.decl.end) is None


def release(
    known: Bindings, stmt: ast.Stmt, error: ast.Expr | None, var: Var | None, how: str, method: str
) -> Fix | None:
    """The fix of a duty that is not met on some path, or on any; `method` is what releases, such as `.Body.Close`."""
    if var is None or how not in ("never", "path") or not isinstance(stmt, ast.Assign) or stmt.op != ":=":
        return None
    names = frozenset({method.rpartition(".")[2] or "()"})
    return deferred(known, stmt, error, var, f"{var.name}{method}()", names=names)
