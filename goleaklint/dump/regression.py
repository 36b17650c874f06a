"""What a regression test in Go needs to know of a leak: where it belongs, what to count, and what to call."""

from __future__ import annotations

import msgspec


class Regression(msgspec.Struct, frozen=True, kw_only=True):
    """One leak of a package. `directory` is that of the package in the checkout, `package` the name in its clause.

    The goroutines are those that `function`, named as in a traceback of the package's test, creates; without
    `by_creation` those that run it. `call` is a Go statement that runs the declared function around the creation, ""
    when a person must write it; `signature` is that function's, "" when there is none. `taken` are the names that the
    package declares at its top.
    """

    directory: str
    package: str
    name: str
    function: str
    by_creation: bool
    call: str
    signature: str
    place: str
    goroutines: int
    reason: str
    taken: frozenset[str] = frozenset()
