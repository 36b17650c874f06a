"""What the conversion of one declaration shares: the text, the tables of readers, the numbering of literals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tree_sitter import Node

from goleaklint.golang import ast
from goleaklint.golang.grammar import kind

# Links in a chain (a sum, an else-if) that are read in a loop. The tree of a longer one could not be freed again: that
# goes on recursively on the C stack, and three hundred thousand links end the process.
LONGEST_CHAIN = 10_000


class Reading:
    """The state of a conversion.

    `text` is the file read as Latin-1, so that a byte offset is a str index: slicing a str is twice as fast as slicing
    and decoding bytes. Text that is not ASCII is put right by `word`.
    """

    __slots__ = ("count", "literals", "prefix", "text", "tolerant")

    def __init__(self, text: str, tolerant: bool = False, first: int = 0) -> None:
        self.text = text
        self.tolerant = tolerant  # the declaration holds errors: a statement that cannot be read becomes a Bad
        self.literals: list[ast.FuncLit] = []
        self.prefix = "func"
        self.count = first

    def word(self, at: int, end: int) -> str:
        """The source between two offsets as real text."""
        raw = self.text[at:end]
        return raw if raw.isascii() else raw.encode("latin-1").decode("utf-8", "replace")


T = TypeVar("T")
Reader = Callable[[Reading, Node], T]

type_readers: dict[int, Reader[ast.Type]] = {}
expr_readers: dict[int, Reader[ast.Expr]] = {}
stmt_readers: dict[int, Reader[ast.Stmt]] = {}


def reads(table: dict[int, Reader[T]], *names: str) -> Callable[[Reader[T]], Reader[T]]:
    """Enters a function in one of the tables under the kinds of nodes that it reads."""

    def enter(reader: Reader[T]) -> Reader[T]:
        table.update((kind(name), reader) for name in names)
        return reader

    return enter
