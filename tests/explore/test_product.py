"""The product: what each operation does to a primitive, and when a goroutine can never go on."""

from __future__ import annotations

import re

import pytest

from goleaklint.explore import stuck
from goleaklint.explore.automaton import Automaton, Op, Thread, TooBigError
from goleaklint.explore.product import Explorer
from goleaklint.explore.reduction import Reducer
from goleaklint.explore.values import UNBOUNDED, Place, Prim
from goleaklint.golang import ast
from goleaklint.golang.source import parse_file

FILE = parse_file("p.go", b"package p\n")
KINDS = {"c": "chan", "m": "mutex", "r": "rwmutex", "w": "wg", "n": "cond", "o": "once", "f": "flag", "k": "key"}
KINDS |= {"x": "ctx", "d": "dead"}


class Machine:
    """An automaton from texts: one for each goroutine, the first for the one that starts the others.

    A text is a sequence of `OPERATION PRIMITIVE`, separated by `;`. A primitive is named by the letter of its kind, and
    a number where there are several: `send c; recv c2`. `add w -1` has an amount, `(a | b)` is a choice of sequences,
    `back` goes back to the start, `exit` ends the process, `start 1` starts the goroutine of the second text. Where the
    first text starts none, all are started before it.
    """

    def __init__(self, *texts: str, capacity: int = 0, instances: int = 1) -> None:
        self.auto = Automaton()
        self.prims: dict[str, Prim] = {}
        self.capacity = capacity
        self.count = 0
        root = self.auto.node()
        for number, text in enumerate(texts[1:], 1):
            entry = self.auto.node()
            self.auto.threads.append(Thread(entry, self.place(), f"t{number}", instances))
            self.sequence(text, entry, f"t{number}")
        starts = [f"start {number}" for number in range(1, len(texts)) for _ in range(instances)]
        self.sequence("; ".join([*([] if "start" in texts[0] else starts), texts[0]]), root, "t0")

    def place(self, function: str = "") -> Place:
        self.count += 1
        return Place(ast.Bad(at=self.count, end=self.count), FILE, function)

    def prim(self, name: str) -> Prim:
        if name not in self.prims:
            self.prims[name] = Prim(KINDS[name[0]], len(self.prims), name, None, self.capacity)
        return self.prims[name]

    def step(self, node: int, op: Op | None) -> int:
        after = self.auto.node()
        if op is not None:
            op.target = after
        self.auto.edges[node].append((op, after))
        return after

    def sequence(self, text: str, first: int, function: str) -> int:
        node = first
        for part in re.findall(r"\([^)]*\)|[^;\s][^;]*", text):
            word, *rest = part.split()
            if part.startswith("("):
                ends = [self.sequence(way, self.step(node, None), function) for way in part[1:-1].split("|")]
                node = self.auto.node()
                for end in ends:
                    self.auto.edges[end].append((None, node))
            elif word == "back":
                self.auto.edges[node].append((None, first))
                node = self.auto.node()
            elif word == "exit":
                self.auto.killed.add(self.step(node, None))
                node = self.auto.node()
            elif word == "start":
                node = self.step(node, Op("go", None, self.place(function), thread=int(rest[0]) - 1))
            else:
                amount = int(rest[1]) if rest[1:] else 1
                node = self.step(node, Op(word, self.prim(rest[0]), self.place(function), amount))
        return node

    def stuck(self, states: int = 1000) -> list[str]:
        """`GOROUTINE OPERATION PRIMITIVE` for each operation at which one can wait for ever."""
        reducer = Reducer(self.auto, lambda op: True)
        reduced = reducer.run([0, *(thread.entry for thread in self.auto.threads)])
        space = Explorer(self.auto, reduced, states).run()
        found = stuck.find(self.auto, space, reducer, "t0")
        return sorted(f"{item.op.place.function} {item.op.kind} {item.prim.name}" for item in found)


@pytest.mark.parametrize(
    ("texts", "capacity", "expected"),
    [
        (("send c", "recv c"), 0, []),
        (("", "send c"), 0, ["t1 send c"]),
        (("", "send c"), 1, []),
        (("", "send c; send c2"), 1, []),
        (("", "send c; send c"), 1, ["t1 send c"]),
        (("recv c", "send c; send c"), 1, []),
        (("(recv c | )", "send c"), 0, ["t1 send c"]),
        (("", "send c; back"), UNBOUNDED, []),
        (("recv c", ""), UNBOUNDED, ["t0 recv c"]),
        (("send c; recv c", ""), 0, ["t0 send c"]),
    ],
)
def test_buffers(texts: tuple[str, ...], capacity: int, expected: list[str]) -> None:
    """A send needs a receiver or room; a channel of unknown capacity always has room."""
    assert Machine(*texts, capacity=capacity).stuck() == expected


@pytest.mark.parametrize(
    ("texts", "capacity", "expected"),
    [
        (("close c", "recv c; recv c"), 0, []),
        (("close c", "recv c", "recv c"), 0, []),
        (("send c; close c", "recv c; drained c"), 1, []),
        (("send c", "recv c; drained c"), 1, ["t1 drained c"]),
        (("send c; close c", "drained c"), 1, ["t1 drained c"]),
        (("close c; send c", "recv c2"), 1, []),
        (("close c; close c", "recv c2"), 0, []),
        (("close x; close x", "recv x; recv c"), 0, ["t1 recv c"]),
    ],
)
def test_close(texts: tuple[str, ...], capacity: int, expected: list[str]) -> None:
    """Receives from a closed channel go on, first with what it holds; a range ends when it is empty, not before.

    A send on a closed channel and a second close end the process; a context may be cancelled again.
    """
    assert Machine(*texts, capacity=capacity).stuck() == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("lock m; unlock m", "lock m; unlock m"), []),
        (("lock m", "lock m; unlock m"), ["t1 lock m"]),
        (("lock m; lock m", ""), ["t0 lock m"]),
        (("lock m; (unlock m | )", "lock m; unlock m"), ["t1 lock m"]),
        (("lock m; lock m2; unlock m2; unlock m", "lock m2; lock m; unlock m; unlock m2"), ["t0 lock m2", "t1 lock m"]),
        (("lock m; start 1; lock m", "unlock m"), []),
    ],
)
def test_mutex(texts: tuple[str, ...], expected: list[str]) -> None:
    """It has one holder, whoever it is; anybody may unlock."""
    assert Machine(*texts).stuck() == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("rlock r; rlock r; runlock r; runlock r", ""), []),
        (("rlock r; rlock r; runlock r; runlock r", "rlock r; runlock r"), []),
        (("rlock r; rlock r; runlock r; runlock r", "lock r; unlock r"), ["t0 rlock r", "t1 lock r"]),
        (("rlock r; lock r", ""), ["t0 lock r"]),
        (("lock r; rlock r", ""), ["t0 rlock r"]),
        (("rlock r; runlock r", "lock r; unlock r"), []),
        (("rlock r", "rlock r", "lock r; unlock r"), ["t0 rlock r", "t1 rlock r", "t2 lock r"]),
    ],
)
def test_rwmutex(texts: tuple[str, ...], expected: list[str]) -> None:
    """Readers share it, but none gets it while a writer waits (documentation of sync.RWMutex)."""
    assert Machine(*texts).stuck() == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("wait w", ""), []),
        (("add w; start 1; wait w", "add w -1"), []),
        (("add w 2; start 1; wait w", "add w -1"), ["t0 wait w"]),
        (("add w 2; start 1; start 2; wait w", "add w -1", "add w -1"), []),
        (("add w; start 1; wait w", "(add w -1 | )"), ["t0 wait w"]),
        (("add w; start 1; wait w; recv c", "send c; add w -1"), ["t0 wait w", "t1 send c"]),
    ],
)
def test_waitgroup(texts: tuple[str, ...], expected: list[str]) -> None:
    """Wait returns at zero."""
    assert Machine(*texts).stuck() == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("cwait n", ""), ["t0 cwait n"]),
        (("signal n", "lock m; cwait n"), ["t1 cwait n"]),
        (("signal n; back", "cwait n"), []),
        (("broadcast n; back", "cwait n", "cwait n"), []),
    ],
)
def test_cond(texts: tuple[str, ...], expected: list[str]) -> None:
    """A signal is lost when nobody waits for it."""
    assert Machine(*texts).stuck() == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("(once o | again o); (once o; send c | again o)", "recv c"), ["t1 recv c"]),
        (("(once o; send c | again o)", "(once o; send c | again o)"), ["t0 send c", "t1 send c"]),
        (("(once o; send c | again o)", "(once o | again o)"), ["t0 send c"]),
    ],
)
def test_once(texts: tuple[str, ...], expected: list[str]) -> None:
    """The first who comes does it, and nobody else."""
    assert Machine(*texts).stuck() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(set f; recv c | ); (choose f 1; recv c2 | choose f 0)", ["t0 recv c"]),
        ("(set f | ); (choose f 1 | choose f 0; recv c)", ["t0 recv c"]),
        ("set f; (choose f 1 | choose f 0; recv c)", []),
        ("(choose k 1 | choose k 0); (choose k 1 | choose k 0)", []),
        ("(choose k 1 | choose k 0; recv c); (choose k 1 | choose k 0; recv c2)", ["t0 recv c"]),
        ("choose k 1; (choose k 1 | choose k 0; recv c)", []),
        ("choose k 1; forget k; (choose k 1 | choose k 0; recv c)", ["t0 recv c"]),
        ("choose k 1; set k 0; (choose k 1 | choose k 0; recv c)", ["t0 recv c"]),
        ("choose k 0; set k 1; (choose k 1 | choose k 0; recv c)", []),
    ],
)
def test_conditions(text: str, expected: list[str]) -> None:
    """A flag tells whether a deferred call was reached; a condition has one outcome until it is written."""
    assert Machine(text).stuck() == expected


def test_a_nil_channel() -> None:
    """An operation on a channel that is nil never goes on."""
    assert Machine("dead d").stuck() == ["t0 dead d"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("exit", "recv c"), []),
        (("(exit | )", "recv c"), ["t1 recv c"]),
        (("recv c2", "(exit | send c2)", "recv c"), ["t2 recv c"]),
        (("recv c", "exit"), []),
    ],
)
def test_the_process_ends(texts: tuple[str, ...], expected: list[str]) -> None:
    """Where it ends in any case, nobody waits for ever."""
    assert Machine(*texts).stuck() == expected


def test_goroutines_of_a_loop() -> None:
    """Two instances of a goroutine that is started in a loop; each of them needs its partner."""
    assert Machine("recv c", "send c", instances=2).stuck() == ["t1 send c"]
    assert Machine("recv c; recv c", "send c", instances=2).stuck() == []


def test_more_goroutines_than_are_followed() -> None:
    """Where one more would start than is followed, the search is cut: nothing is said of what comes after."""
    assert Machine("start 1; send c2", "send c").stuck() == ["t0 send c2", "t1 send c"]
    assert Machine("start 1; start 1; send c2", "send c").stuck() == []
    assert Machine("start 1; start 1; send c2", "").stuck() == ["t0 send c2"]


def test_the_budget() -> None:
    """The number of states is limited, not the time."""
    machine = Machine("recv c", "send c2", "send c3")
    assert machine.stuck(states=20) == ["t0 recv c", "t1 send c2", "t2 send c3"]
    with pytest.raises(TooBigError):
        machine.stuck(states=2)
