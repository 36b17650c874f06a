"""Reduction: silent steps go, equal nodes merge, and nothing that can be waited for is lost."""

from __future__ import annotations

from collections.abc import Iterable

from goleaklint.explore.automaton import Automaton, Op
from goleaklint.explore.reduction import CUT, DONE, KILLED, Reduced, Reducer
from goleaklint.explore.values import Place, Prim
from goleaklint.golang import ast
from goleaklint.golang.source import parse_file

FILE = parse_file("p.go", b"package p\n")
ENDS = {DONE: "done", KILLED: "killed", CUT: "cut"}


def op(kind: str, name: str = "c", at: int = 0) -> Op:
    return Op(
        kind, Prim("chan", ord(name), name, None), PLACES.setdefault(at, Place(ast.Bad(at=at, end=at), FILE, "f"))
    )


PLACES: dict[int, Place] = {}


def automaton(*edges: tuple[int, Op | None, int], killed: Iterable[int] = (), cut: Iterable[int] = ()) -> Automaton:
    auto = Automaton(killed=set(killed), cut=set(cut))
    for _ in range(max(max(source, target) for source, _, target in edges) + 1):
        auto.node()
    for source, operation, target in edges:
        auto.edges[source].append((operation, target))
    return auto


def shown(reduced: Reduced) -> dict[str, list[str]]:
    """Each node by what it does, and where that leads; `start` is where the first goroutine begins."""
    names = dict(ENDS)
    for number, node in reduced.nodes.items():
        names[number] = "/".join(sorted(f"{one.kind} {one.prim.name}" for one, _ in node.ops if one.prim is not None))
    table = {"start": sorted(names[number] for number in reduced.entries[0])}
    for number, node in reduced.nodes.items():
        table[names[number]] = sorted(
            [names[target] for _, after in node.ops for target in after]
            + [f"or {names[target]}" for target in node.otherwise]
        )
    return table


def reduce(auto: Automaton, hidden: str = "") -> dict[str, list[str]]:
    def visible(one: Op) -> bool:
        return one.prim is not None and one.prim.name not in hidden

    return shown(Reducer(auto, visible).run([0]))


def test_silent_steps_go() -> None:
    """What is between two operations does not matter."""
    auto = automaton((0, None, 1), (1, op("send"), 2), (2, None, 3), (3, None, 4), (4, op("recv", "d"), 5))
    assert reduce(auto) == {"start": ["send c"], "send c": ["recv d"], "recv d": ["done"]}


def test_a_branch() -> None:
    """Both ways are kept."""
    auto = automaton((0, None, 1), (0, None, 2), (1, op("send"), 3), (2, op("recv", "d"), 3))
    assert reduce(auto) == {"start": ["recv d", "send c"], "send c": ["done"], "recv d": ["done"]}


def test_an_operation_that_may_be_left_out() -> None:
    """An operation beside a silent step is no wait: the goroutine may go on without it."""
    auto = automaton((0, op("send"), 1), (0, None, 1), (1, op("recv", "d"), 2))
    assert reduce(auto) == {"start": ["send c"], "send c": ["or recv d", "recv d"], "recv d": ["done"]}


def test_operations_out_of_view_are_silent() -> None:
    """So a smaller scope is the same automaton with fewer operations."""
    auto = automaton((0, op("send"), 1), (1, op("recv", "d"), 2), (2, op("close"), 3))
    assert reduce(auto, hidden="d") == {"start": ["send c"], "send c": ["close c"], "close c": ["done"]}
    assert reduce(auto, hidden="cd") == {"start": ["done"]}


def test_a_loop_that_waits_for_nothing() -> None:
    """It runs for ever without synchronising: it is neither stuck nor does it hold up anybody."""
    assert reduce(automaton((0, None, 1), (1, None, 0))) == {"start": ["done"]}


def test_a_loop_with_an_operation() -> None:
    """It stays a loop."""
    auto = automaton((0, None, 1), (1, op("send"), 0), (1, None, 2))
    assert reduce(auto) == {"start": ["send c"], "send c": ["or done", "send c"]}


def test_ends() -> None:
    """A return, the end of the process and the end of the search are told apart."""
    auto = automaton(
        (0, op("send"), 1), (0, op("send", "d"), 2), (0, op("send", "e"), 3), (1, None, 4), killed=[2], cut=[3]
    )
    assert reduce(auto) == {
        "start": ["send c/send d/send e"],
        "send c/send d/send e": ["cut", "done", "killed"],
    }


def test_equal_nodes_merge() -> None:
    """Two branches that do the same and end the same are one; an operation at another place is another one."""
    auto = automaton((0, None, 1), (0, None, 2), (1, op("send", at=1), 3), (2, op("send", at=1), 4))
    assert len(Reducer(auto, lambda one: True).run([0]).nodes) == 1
    auto = automaton((0, None, 1), (0, None, 2), (1, op("send", at=1), 3), (2, op("send", at=2), 4))
    assert len(Reducer(auto, lambda one: True).run([0]).nodes) == 2


def test_nodes_with_different_futures_stay_apart() -> None:
    """The same operation before different ones is not the same."""
    auto = automaton(
        (0, None, 1), (0, None, 2), (1, op("send"), 3), (2, op("send"), 4), (3, op("close"), 5), (4, op("recv"), 5)
    )
    assert len(Reducer(auto, lambda one: True).run([0]).nodes) == 4
