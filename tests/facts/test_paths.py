"""Which ways lead from `start()` to the end of a function without `stop()`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from goleaklint.facts.paths import Paths, Point
from goleaklint.facts.resolve import Bindings
from goleaklint.golang import ast

Bind = Callable[[str], Bindings]


def ways_out(known: Bindings) -> list[str]:
    """The kinds and lines (from the function's own) of the ends that are reached from start() without stop()."""
    paths = Paths(known, known.functions[0])

    def is_call(point: Point, name: str) -> bool:
        return isinstance(point.node, ast.ExprStmt) and known.api(point.node.x) == name

    start = next(point for point in paths.point_of.values() if is_call(point, "start"))
    first = known.file.position(known.decl.at)[0]
    found = []
    for point in paths.escapes(start, lambda point: is_call(point, "stop")):
        assert point.node is not None
        at = point.node.end - 1 if isinstance(point.node, ast.Block) else point.node.at
        found.append((known.file.position(at)[0] - first, point.kind or "again"))
    return [f"{line} {kind}" for line, kind in sorted(found)]


CASES = {
    "straight on": ("start()\nstop()", []),
    "the end": ("start()", ["2 return"]),
    "before does not count": ("stop()\nstart()", ["3 return"]),
    "one branch": ("start()\nif a {\nstop()\n}", ["5 return"]),
    "both branches": ("start()\nif a {\nstop()\n} else {\nstop()\n}", []),
    "an early return": ("start()\nif a {\nreturn\n}\nstop()", ["3 return"]),
    "the process ends": ("start()\nif a {\nos.Exit(1)\n}\nstop()", []),
    "short circuit": ("start()\nif a && b {\nstop()\nreturn\n}", ["6 return"]),
    "the same condition": ("if a {\nstart()\n}\nif a {\nstop()\n}", []),
    "the same, negated": ("if !a {\nstart()\n}\nif a {\nreturn\n}\nstop()", []),
    "nil and not nil": ("if p == nil {\nstart()\n}\nif p != nil {\nreturn\n}\nstop()", []),
    "a flag": ("ok := false\nif a {\nstart()\nok = true\n}\nif ok {\nstop()\n}", []),
    "a flag, negated": ("done := false\nstart()\nif a {\nstop()\ndone = true\n}\nif !done && !done {\nstop()\n}", []),
    "a flag that is set too early": ("ok := true\nok = false\nstart()\nif ok {\nstop()\n}", ["7 return"]),
    "a flag that is never set": ("var ok bool\nif a {\nstart()\n}\nif ok {\nstop()\n}", ["8 return"]),
    "a flag of a value": ("ok := false\nif a {\nstart()\nok = b\n}\nif ok {\nstop()\n}", ["9 return"]),
    "a flag of a closure": ("ok := true\nset := func() { ok = b }\nstart()\nset()\nif ok {\nstop()\n}", ["8 return"]),
    "a flag that is lent": ("ok := true\nset(&ok)\nstart()\nif ok {\nstop()\n}", ["7 return"]),
    "a flag in a loop": (
        "ok := false\nfor range n {\nif ok {\nstop()\nreturn\n}\nstart()\nok = true\n}",
        ["10 return"],
    ),
    "a variable that is nil": ("var q *int\nif a {\nstart()\nq = &n\n}\nif q == nil {\nreturn\n}\nstop()", []),
    "a variable that may be nil": ("var q *int\nif a {\nstart()\nq = p\n}\nif q != nil {\nstop()\n}", ["9 return"]),
    "a deferred exit": ("defer os.Exit(1)\nstart()", []),
    "an exit in a deferred literal": ("defer func() {\nos.Exit(1)\n}()\nstart()", []),
    "an exit that is deferred later": ("start()\nif a {\nreturn\n}\ndefer os.Exit(1)", ["3 return"]),
    "a deferred exit under a condition": ("defer func() {\nif a {\nos.Exit(1)\n}\n}()\nstart()", ["7 return"]),
    "a condition that changed": ("if a {\nstart()\n}\na = b\nif a {\nstop()\n}", ["8 return"]),
    "a loop that never ends": ("start()\nfor {\nb = a\n}", []),
    "a loop with a break": ("start()\nfor {\nif a {\nbreak\n}\nstop()\n}", ["8 return"]),
    "a loop of no rounds": ("start()\nfor range n {\nstop()\n}", ["5 return"]),
    "the next round": ("for range n {\nstart()\nif a {\ncontinue\n}\nstop()\n}", ["2 again", "8 return"]),
    "a label": ("start()\nouter:\nfor {\nfor {\nbreak outer\n}\n}\nreturn", ["8 return"]),
    "break leaves the select only": ("start()\nfor {\nselect {\ncase <-c:\nbreak\n}\n}", []),
    "goto": ("start()\nif a {\ngoto out\n}\nstop()\nout:\nreturn", ["7 return"]),
    "select": ("start()\nselect {\ncase <-c:\nstop()\ncase <-d:\n}", ["7 return"]),
    "an empty select": ("start()\nselect {}", []),
    "switch without default": ("start()\nswitch n {\ncase 1:\nstop()\n}", ["6 return"]),
    "switch with default": ("start()\nswitch n {\ncase 1:\nstop()\ndefault:\nstop()\n}", []),
    "fallthrough": ("start()\nswitch n {\ncase 1:\nfallthrough\ncase 2:\nstop()\ndefault:\nstop()\n}", []),
    "a literal is not entered": ("start()\ng = func() {\nreturn\n}\nstop()", []),
}


@pytest.mark.parametrize("name", CASES)
def test_ways_out(bind: Bind, name: str) -> None:
    """Every transfer of control of the language is an edge, and nothing else is."""
    body, expected = CASES[name]
    head = "func f(a, b bool, n int, p *int, c, d chan int, g func()) {\n"
    known = bind(head + body + "\n}\nfunc start() {}\nfunc stop() {}\n")
    assert ways_out(known) == expected


def test_a_path_that_comes_back(bind: Bind) -> None:
    """A loop whose body restarts what it started is an escape at the start itself."""
    known = bind("func f() {\nfor {\nstart()\n}\n}\nfunc start() {}\nfunc stop() {}\n")
    assert ways_out(known) == ["2 again"]
