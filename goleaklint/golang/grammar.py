"""The tree-sitter grammar of Go: the parser, and the numbers it gives to kinds of nodes.

Kinds are compared by number: reading `node.type` makes a new str each time, which alone would take a third of the
time of a conversion.
"""

from __future__ import annotations

from functools import cache

import tree_sitter_go
from tree_sitter import Language, Node, Parser

LANGUAGE = Language(tree_sitter_go.language())

ERROR = 0xFFFF  # tree-sitter's own number of an ERROR node, the same in every grammar


def kind(name: str, named: bool = True) -> int:
    """The number of a kind of node; a name that the grammar does not know is a programming error."""
    number = LANGUAGE.id_for_node_kind(name, named)
    if number is None:
        raise LookupError(f"tree-sitter-go has no node {name!r}")
    return number


def token(text: str) -> int:
    """The number of an anonymous node such as `;`."""
    return kind(text, named=False)


COMMENT = kind("comment")
IDENTIFIER = kind("identifier")
BLOCK = kind("block")
NOISE = frozenset({COMMENT, ERROR})


@cache
def parser() -> Parser:
    """One parser per process: making one costs as much as parsing a small file."""
    return Parser(LANGUAGE)


def clean(children: list[Node]) -> list[Node]:
    """The children without comments and without what could not be read, which may stand between any two tokens."""
    return [child for child in children if child.kind_id not in NOISE]
