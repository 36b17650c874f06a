"""Closing methods that do nothing, of a type itself and of those that it embeds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from goleaklint.facts.idle_closers import idle_closers
from goleaklint.facts.resolve import Bindings

BASE = "type base struct{}\n\nfunc (base) Stop() {}\n\nfunc (*base) Close() error { return nil }\n\n"


OF_BASE = "of base, which is promoted to t, does nothing"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("type t struct{ base }\n", [f"Close {OF_BASE}", f"Stop {OF_BASE}"]),
        ("type u struct{ *base }\n\ntype t struct{ u }\n\nfunc (t) Stop() { println() }\n", [f"Close {OF_BASE}"]),
        ("type t struct{ b base }\n", []),
        ("type t struct{}\n\nfunc (*t) stop() {}\n", ["stop does nothing"]),
        ("type t struct{ err error }\n\nfunc (v *t) Stop() error { return v.err }\n", []),
        ("type t int\n", []),
    ],
    ids=["promoted", "one is its own", "a field", "its own", "gives something", "no struct"],
)
def test_what_does_nothing(source: str, expected: list[str], bind: Callable[[str], Bindings]) -> None:
    """A method hides that of an embedded type; what gives an error of its own does something."""
    known = bind(BASE + source + "\nfunc f() {}\n")
    assert [related.message for related in idle_closers(known.facts, ["t"])] == expected
