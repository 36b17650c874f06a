"""Bytes to top-level nodes, and what is saved of a file that does not parse.

tree-sitter-go 0.25 has no `new(expr)` (Go 1.26), and one unreadable line may turn all the rest of a file into one
ERROR (tree-sitter-go#194), or the rest of a function into top-level statements. So a file with errors is cut at the
lines where gofmt lets a declaration start, and each suspect piece is parsed for itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from tree_sitter import Node, Range

from goleaklint.golang.grammar import COMMENT, ERROR, kind, parser, token

DECLARATIONS = frozenset(
    kind(name)
    for name in (
        "package_clause",
        "import_declaration",
        "function_declaration",
        "method_declaration",
        "type_declaration",
        "var_declaration",
        "const_declaration",
    )
)

# What may stand between declarations. Any other token is a child of the root when the root itself is an ERROR.
_SEPARATORS = frozenset({COMMENT, token(";"), kind("empty_statement")})

# What may hide the start of a declaration (a raw string with Go code in it), or a start: only this has a group.
_TOKENS = re.compile(
    rb"//[^\n]*|/\*.*?\*/|`[^`]*`|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    rb"|(?:^|(?<=\n))(func|type|var|const|import|package)(?=[ \t(])",
    re.DOTALL,
)
_NEW = re.compile(rb"\b(?:new|make)(?=\()")
_OF_EXPRESSION = re.compile(rb"\bnew\((?:[\"'`\d]|(?!func\b)[\w.]+\(|(?:true|false)\))")
_LOOKS_LIKE_TYPE = re.compile(rb"\s*(?:chan\b|map\b|struct\b|interface\b|func\b|\[|<-|\*|\()")
_BRACKETS = re.compile(rb"[()\[\]{},]")
_LONGEST_ARGUMENT = 20_000  # bytes; a longer argument of new is no type


@dataclass
class Outline:
    """The top-level declarations of a file, in order, and the byte ranges that could not be read.

    `affected` counts the declarations that are lost or that hold an error. `cut` are the offsets of declarations that
    look sound but are followed by something unreadable: `func f() {` may be all that was understood of a function.
    """

    nodes: list[Node] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    affected: int = 0
    cut: set[int] = field(default_factory=set)


def read_outline(data: bytes) -> Outline:
    """Never fails, whatever the bytes."""
    is_new = _OF_EXPRESSION.search(data) is not None
    if is_new:
        data = rename_new(data)  # the grammar would fail on it: one parse less
    root = parser().parse(data).root_node
    if root.has_error and not is_new and _NEW.search(data):
        renamed = rename_new(data)
        if renamed != data:
            data = renamed
            root = parser().parse(data).root_node
    if root.has_error:
        return _recover(data, root)
    outline = Outline()
    _take(data, root, outline)
    return outline


def rename_new(data: bytes) -> bytes:
    """`new` becomes `neW` where its argument is no type (Go 1.26); the length stays, so every offset does.

    So does `make`, which a program may have for a variable of its own.
    """
    found = [match.end() - 1 for match in _NEW.finditer(data) if not _has_type_argument(data, match)]
    if not found:
        return data
    changed = bytearray(data)
    for at in found:
        changed[at] ^= 0x20  # the other case
    return bytes(changed)


def _has_type_argument(data: bytes, callee: re.Match[bytes]) -> bool:
    at = callee.end() + 1
    if callee.group() == b"new" and _LOOKS_LIKE_TYPE.match(data, at) is None:
        return False  # a name or a literal: reads right as an expression
    depth = 1
    for match in _BRACKETS.finditer(data, at, at + _LONGEST_ARGUMENT):
        sign = match.group()
        if sign != b",":
            depth += 1 if sign in b"([{" else -1
        if depth == 0 or (depth == 1 and sign == b","):
            argument = data[at : match.start()]
            return not parser().parse(b"package p\ntype T " + argument + b"\n").root_node.has_error
    return False


def _take(data: bytes, root: Node, outline: Outline) -> None:
    """All declarations of a tree. What stands after a top-level ERROR is not trusted: it may be the inside of one."""
    last: Node | None = None
    for child in root.children:
        number = child.kind_id
        if number in DECLARATIONS:
            last = child
            outline.nodes.append(child)
            if child.has_error:
                outline.affected += 1
                _collect_errors(data, child, outline.errors)
        elif number not in _SEPARATORS:
            outline.errors.append((child.start_byte, root.end_byte))
            outline.affected += 1
            if last is not None:
                outline.cut.add(last.start_byte)
            return


def _recover(data: bytes, root: Node) -> Outline:
    starts = [0, *(m.start() for m in _TOKENS.finditer(data) if m.group(1) and m.start())]
    sound: list[Node] = []
    suspect: set[int] = set()
    for child in root.children:
        if child.kind_id in DECLARATIONS and not child.has_error:
            sound.append(child)
        elif child.kind_id not in _SEPARATORS:
            suspect.update(_pieces(starts, child))
    outline = Outline()
    outline.nodes = [node for node in sound if suspect.isdisjoint(_pieces(starts, node))]
    for piece in sorted(suspect):
        end = starts[piece + 1] if piece + 1 < len(starts) else len(data)
        _take(data, _parse_piece(data, starts[piece], end), outline)
    outline.nodes.sort(key=lambda node: node.start_byte)
    outline.errors.sort()
    return outline


def _pieces(starts: list[int], node: Node) -> range:
    at, end = node.byte_range
    return range(bisect_right(starts, at) - 1, bisect_right(starts, max(at, end - 1)))


def _parse_piece(data: bytes, at: int, end: int) -> Node:
    """Parses a part of the file in place: the offsets are those of the whole file."""
    work = parser()
    try:
        work.included_ranges = [Range((0, 0), (0xFFFFFFF, 0), at, end)]
        return work.parse(data).root_node
    finally:
        work.included_ranges = []


def _collect_errors(data: bytes, node: Node, errors: list[tuple[int, int]]) -> None:
    """The ranges of the outermost ERROR and MISSING nodes. A missing brace is missed where the text before it ends."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node.is_missing:
            at = len(data[: node.start_byte].rstrip())
            errors.append((at, at))
        elif node.kind_id == ERROR:
            errors.append(node.byte_range)
        elif node.has_error:
            waiting.extend(node.children)
