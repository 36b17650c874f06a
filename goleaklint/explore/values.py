"""Abstract values: what an expression may denote while a root function is lowered.

The heap is flow-insensitive: a variable, a field, the elements of a container are cells, and a cell that may hold two
different primitives makes both *ambiguous*, which silences them. Only what is certain can make a finding.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from goleaklint.facts.types import Ty
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.source import SourceFile

if TYPE_CHECKING:
    from goleaklint.explore.scopes import Env

UNBOUNDED = 1_000_000
"""The capacity of a channel whose capacity the source does not tell: it never blocks a sender."""


class Place(NamedTuple):
    """A node in its file, and Go's name of the function that holds it."""

    node: ast.Node
    file: SourceFile
    function: str


class Prim(msgspec.Struct, eq=False):
    """A primitive: something a goroutine can wait on.

    kinds: chan, mutex, rwmutex, wg, cond, group (errgroup), ctx (a done channel closed by cancel), once, flag, key,
    tally, dead (never ready: a nil channel, `select {}`).
    """

    kind: str
    ident: int
    name: str
    made: Place | None
    capacity: int = 0
    symbol: str = ""  # the count that the capacity stands for
    external: bool = False  # comes from outside the root: its operations are silent
    ambiguous: bool = False
    escaped: bool = False
    repeated: bool = False  # made in a loop or in a goroutine of several instances
    contained: bool = False  # it is put into a container, where others look for it before it is made
    reassigned: bool = False  # a nil channel variable that is assigned somewhere
    elements: Cell | None = None  # what is sent over a channel
    parent: Prim | None = None  # the context this one derives from
    lock: Prim | None = None  # the L of a cond
    reads: bool = False  # that L locks for reading
    context: Prim | None = None  # the context of an errgroup
    owner: str = ""  # Type.field, when it lives in a field
    doubtful: bool = False  # its use depends on values that are not followed: a counter, an error
    in_group: bool = False  # used by an errgroup's goroutines that may return an error, of which Wait tells
    activation: int = 0  # the activation of a called function that makes it; 0 for the root itself
    leaves: bool = False  # it is used outside that activation

    @property
    def inner(self) -> bool:
        """Whether it lives and dies in a called function, which is a root of its own."""
        return bool(self.activation) and not self.leaves

    @property
    def silent(self) -> bool:
        """Whether operations on it can say nothing."""
        return self.external or self.ambiguous or self.escaped


class Obj(msgspec.Struct, eq=False):
    """A struct, or a container (slice, map, array; see containers)."""

    ident: int
    ty: Ty | None
    external: bool = False
    ambiguous: bool = False
    escaped: bool = False
    made: Place | None = None
    fields: dict[str, Cell] = msgspec.field(default_factory=dict)
    slots: list[str] = msgspec.field(default_factory=list)  # of a container: the fields that are single elements
    sites: dict[Hashable, str] = msgspec.field(default_factory=dict)  # where an element is appended -> its slot
    scope: tuple[object, ...] = ()  # the conditional statements around its making
    is_zero: bool = False  # a zero value: what is stored over it takes its place while it is untouched
    sized: bool = False  # made with a length: what is appended comes after that


class Closure(msgspec.Struct, eq=False):
    """A function value: a literal with its scope, or a declared function, perhaps bound to a receiver."""

    literal: ast.FuncLit | None
    decl: FuncDecl | None
    file: SourceFile
    env: Env | None = None
    receiver: Value = None
    owner: str = ""  # Go's name of the declaration that holds the literal
    escaped: bool = False


class Choice(msgspec.Struct, eq=False):
    """One of a few closures."""

    options: list[Closure]


class Tuple(msgspec.Struct, eq=False):
    """The values of a call with several results."""

    items: list[Value]


class Const(msgspec.Struct, frozen=True):
    """A known constant: nil (None), a bool, an int, a string."""

    value: bool | int | str | None


class Ordinal(msgspec.Struct, frozen=True):
    """The index in one turn of a loop whose count is a symbol: it tells elements apart, and decides no condition."""

    number: int


class Tally(msgspec.Struct, frozen=True):
    """A number that the state holds: what a variable counts (see tallies)."""

    prim: Prim


class Api(msgspec.Struct, frozen=True):
    """A function or variable of another package, by its full name: `context.WithCancel`, `net/http.Get`."""

    name: str


class Method(msgspec.Struct, eq=False):
    """A method of a primitive, of a known API type or of an unknown value, not yet called."""

    name: str
    receiver: Value


class Cancel(msgspec.Struct, eq=False):
    """The cancel function of a context."""

    context: Prim


class Context(msgspec.Struct, eq=False):
    """A context.Context: `done` is None when it can end from outside or by its deadline; `never` when it never ends."""

    done: Prim | None
    never: bool = False


class Nothing(msgspec.Struct, frozen=True):
    """What a place holds to which nothing has been stored yet, in the first pass: a later one will tell."""


class Locker(msgspec.Struct, eq=False):
    """The sync.Locker that locks an RWMutex for reading (`RLocker`)."""

    lock: Prim


class Unknown(msgspec.Struct, eq=False):
    """Anything else, with its type if the source says it."""

    ty: Ty | None = None


Value = (
    Prim
    | Obj
    | Closure
    | Choice
    | Tuple
    | Const
    | Ordinal
    | Tally
    | Api
    | Method
    | Cancel
    | Context
    | Locker
    | Nothing
    | Unknown
    | None
)
NIL = Const(None)
NOTHING = Nothing()


class Cell(msgspec.Struct, eq=False):
    """A place that holds a value: a variable in one activation, a field of one object, the elements of a container."""

    ident: int
    name: str
    ty: Ty | None = None
    value: Value = None
    maybe_nil: bool = False
    sources: frozenset[int] = frozenset()  # the channels that its value was received from, here or in a call
    is_flag: bool = False  # a bool that is only ever set to constants
    is_ok: bool = False  # the ok of `v, ok := <-c`
    same: int = 0  # the variable or result (its ident) that it is a copy of
    is_outcome: bool = False  # the flag or error of a call that may release somebody who waits, or not
    addressed: bool = False  # a pointer to it has been taken
    scope: tuple[object, ...] = ()  # of a variable: the conditional statements around its declaration
    external: bool = False
