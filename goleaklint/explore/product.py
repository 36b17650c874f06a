"""The product of a root's goroutines: every order in which their operations can happen, within a budget of states.

A goroutine is stuck in a reachable state when it has not ended and in no state reachable from it does it move.
Waiting for a lock respects writer preference (sync.RWMutex), a receive from a closed channel goes on, an operation on a
nil channel never does.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import msgspec

from goleaklint.explore.automaton import MOST_TOLD_APART, REMEMBERING, Automaton, Op, TooBigError
from goleaklint.explore.reduction import CUT, DONE, KILLED, Node, Reduced
from goleaklint.explore.values import UNBOUNDED, Prim

IDLE = -1004
"""A goroutine that has not been started."""

MAX_COUNT = 9
MANY = 4
"""So many items in a channel without a known bound, or more: from there on a receive never finds it empty."""
LOCAL = frozenset({"go", "make", "fail", *REMEMBERING})
"""Operations that no other goroutine can prevent or notice: they are done at once, in one order."""

State = tuple[int, ...]
Move = tuple[int, tuple[int, ...], Op | None]  # target state, slots that moved, the operation
Targets = tuple[int, ...]
Table = dict[int, dict[int, tuple[Targets, Prim | None]]]  # primitive -> node -> where it goes on, and its guard


class Space(msgspec.Struct, eq=False):
    """The explored states: what each looks like, where it leads, where it came from first."""

    slots: list[int]  # slot -> thread
    prims: list[Prim]
    states: list[State]
    moves: list[list[Move]]
    parents: list[tuple[int, Op | None, tuple[int, ...]] | None]
    nodes: dict[int, Node]

    def killed(self, state: State) -> bool:
        """Whether the process has ended."""
        return KILLED in state[: len(self.slots)]

    def failed(self, state: State) -> bool:
        """Whether a test has failed on the way here."""
        return bool(state[-1])

    def trace(self, number: int) -> list[tuple[Op | None, tuple[int, ...]]]:
        """The moves that lead to a state, first one first."""
        steps: list[tuple[Op | None, tuple[int, ...]]] = []
        parent = self.parents[number]
        while parent is not None:
            steps.append((parent[1], parent[2]))
            parent = self.parents[parent[0]]
        return steps[::-1]


class Explorer:
    """Explores one reduced automaton."""

    def __init__(self, auto: Automaton, reduced: Reduced, budget: int) -> None:
        self.nodes = reduced.nodes
        self.entries = reduced.entries
        self.budget = budget
        self.slots: list[int] = []
        self.slots_of: list[list[int]] = []
        for number in range(len(reduced.entries)):
            instances = 1 if number == 0 else auto.threads[number - 1].instances
            self.slots_of.append(list(range(len(self.slots), len(self.slots) + instances)))
            self.slots += [number] * instances
        seen = {op.prim.ident: op.prim for node in self.nodes.values() for op, _ in node.ops if op.prim is not None}
        seen |= {op.guard.ident: op.guard for node in self.nodes.values() for op, _ in node.ops if op.guard is not None}
        seen |= {op.other.ident: op.other for node in self.nodes.values() for op, _ in node.ops if op.other is not None}
        self.prims = [seen[ident] for ident in sorted(seen)]
        self.index = {prim.ident: len(self.slots) + i for i, prim in enumerate(self.prims)}
        remade = sorted(
            {op.prim.ident for n in self.nodes.values() for op, _ in n.ops if op.kind == "make" and op.prim}
        )
        self.made = {ident: len(self.slots) + len(self.prims) + i for i, ident in enumerate(remade)}
        self.receivers = _by_kind(self.nodes, "recv")
        self.condwaits = _by_kind(self.nodes, "cwait")
        self.writers = _by_kind(self.nodes, "lock")
        self.local, self.turning = _local(self.nodes)
        self.numbers: dict[State, int] = {}
        self.space = Space(self.slots, self.prims, [], [], [], self.nodes)

    def run(self) -> Space:
        """All reachable states; raises TooBigError when they are more than the budget."""
        space = self.space
        start = [IDLE] * len(self.slots) + [0] * (len(self.prims) + len(self.made) + 1)
        for entry in self.entries[0]:
            start[0] = entry
            self._number(tuple(start), None)
        done = 0
        while done < len(space.states):
            state = space.states[done]
            moves: list[Move] = []
            if KILLED not in state and CUT not in state:
                for changed, slots, op in self._moves(state, done):
                    moves.append((self._number(changed, (done, op, slots)), slots, op))
            space.moves.append(moves)
            done += 1
        return space

    def _number(self, state: State, parent: tuple[int, Op | None, tuple[int, ...]] | None) -> int:
        number = self.numbers.get(state)
        if number is None:
            number = self.numbers[state] = len(self.space.states)
            if number >= self.budget:
                raise TooBigError
            self.space.states.append(state)
            self.space.parents.append(parent)
        return number

    def _moves(self, state: State, number: int) -> Iterator[tuple[State, tuple[int, ...], Op | None]]:
        """The moves of one goroutine at a local node, else those of all.

        One that comes round to where it was must not keep the others from moving.
        """
        for slot in range(len(self.slots)):
            if state[slot] in self.local:
                moves = list(self._slot_moves(state, slot))
                if state[slot] in self.turning and all(
                    self.numbers.get(one, number + 1) <= number for one, _, _ in moves
                ):
                    continue
                yield from moves
                return
        for slot in range(len(self.slots)):
            if state[slot] >= 0:
                yield from self._slot_moves(state, slot)

    def _slot_moves(self, state: State, slot: int) -> Iterator[tuple[State, tuple[int, ...], Op | None]]:
        node = self.nodes[state[slot]]
        for target in node.otherwise:
            yield _with(state, (slot, target)), (slot,), None
        ready = False
        for op, after in node.ops:
            if (op.guard is not None and self.is_off(state, op.guard)) or (ready and op.kind == "default"):
                continue
            if self._is_unmade(state, op):
                yield _with(state, (slot, CUT)), (slot,), op  # what a container holds now is another primitive
                continue
            handler = _STEPS[op.kind]
            for changes, partner in handler(self, state, slot, op):
                if partner is None:
                    ready = True  # whatever the others do; a partner may not have come to where it waits yet
                    for target in after:
                        yield _with(state, (slot, target), *changes), (slot,), op
                else:
                    other, targets = partner
                    moved = (slot,) if op.kind == "go" else (slot, other)
                    for target, second in product(after, targets):
                        yield _with(state, (slot, target), (other, second), *changes), moved, op

    def _is_unmade(self, state: State, op: Op) -> bool:
        """Whether an operation comes before the one that makes its primitive."""
        at = self.made.get(op.prim.ident) if op.prim is not None and op.kind != "make" else None
        return at is not None and not state[at]

    # ---- what each operation does: changes of primitives, and the goroutine that moves along

    def partners(self, state: State, slot: int, table: Table, prim: Prim) -> Iterator[tuple[int, Targets]]:
        """The other goroutines that are at an operation of the table on this primitive."""
        nodes = table.get(prim.ident)
        if nodes is None:
            return
        for other in range(len(self.slots)):
            if other != slot and state[other] in nodes:
                targets, guard = nodes[state[other]]
                if guard is None or not self.is_off(state, guard):
                    yield other, targets

    def is_off(self, state: State, guard: Prim) -> bool:
        """Whether the condition that switches a case off is known to hold."""
        at = self.index.get(guard.ident)
        return at is not None and state[at] == 1


Change = tuple[tuple[tuple[int, int], ...], tuple[int, Targets] | None]


def _local(nodes: dict[int, Node]) -> tuple[set[int], set[int]]:
    """The nodes at which a goroutine goes on before the others do; and those of them that may lead to themselves."""
    local = {
        number
        for number, node in nodes.items()
        if node.ops and not node.otherwise and all(op.kind in LOCAL for op, _ in node.ops)
    }
    turning: set[int] = local
    while True:
        after = {
            number: turning.intersection(t for _, targets in nodes[number].ops for t in targets) for number in turning
        }
        reached = {target for targets in after.values() for target in targets}
        left = {number for number in turning if after[number] and number in reached}
        if left == turning:
            return local, left
        turning = left


def _with(state: State, *changes: tuple[int, int]) -> State:
    values = list(state)
    for index, value in changes:
        values[index] = value
    return tuple(values)


def _by_kind(nodes: dict[int, Node], kind: str) -> Table:
    table: Table = {}
    for number, node in nodes.items():
        for op, after in node.ops:
            if op.kind == kind and op.prim is not None:
                at = table.setdefault(op.prim.ident, {})
                known = at.get(number, ((), None))[0]
                at[number] = (tuple(sorted({*known, *after})), op.guard)
    return table


# The state of a primitive: channel: items held, or -1 - items once closed; mutex: 0 free, -1 locked, n readers;
# WaitGroup and tally: the count; flag and once: 0 or 1; key: 0 unknown, 1 true, 2 false; made: 1.


def _send(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    prim = op.prim
    assert prim is not None
    at = ex.index[prim.ident]
    held = state[at]
    if held < 0:
        yield ((slot, KILLED),), (slot, (KILLED,))
    elif prim.capacity >= UNBOUNDED:
        yield ((at, min(held + 1, MANY)),), None
    elif held < prim.capacity:
        yield ((at, held + 1),), None
    elif prim.capacity == 0:
        for partner in ex.partners(state, slot, ex.receivers, prim):
            yield (), partner


def _recv(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    at = ex.index[op.prim.ident]
    held = state[at]
    if held == MANY and op.prim.capacity >= UNBOUNDED:
        yield (), None
    elif held > 0:
        yield ((at, held - 1),), None
    elif held < -1:
        yield ((at, held + 1),), None
    elif held == -1 and op.amount:
        yield (), None


def _drained(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    if state[ex.index[op.prim.ident]] == -1:
        yield (), None


def _close(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    at = ex.index[op.prim.ident]
    held = state[at]
    if held >= 0:
        yield ((at, -1 - held),), None
    elif op.prim.kind == "ctx":
        yield (), None
    else:
        yield ((slot, KILLED),), (slot, (KILLED,))


def _lock(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    at = ex.index[op.prim.ident]
    if state[at] == 0:
        yield ((at, -1),), None


def _rlock(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    at = ex.index[op.prim.ident]
    held = state[at]
    if held == 0 or (held > 0 and not any(ex.partners(state, slot, ex.writers, op.prim))):
        yield ((at, min(held + 1, MAX_COUNT)),), None


def _unlock(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    at = ex.index[op.prim.ident]
    yield (((at, 0),) if state[at] < 0 else ()), None


def _runlock(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    at = ex.index[op.prim.ident]
    yield (((at, state[at] - 1),) if state[at] > 0 else ()), None


def _add(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    at = ex.index[op.prim.ident]
    yield ((at, max(0, min(state[at] + op.amount, MAX_COUNT))),), None


def _wait(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    if state[ex.index[op.prim.ident]] == 0:
        yield (), None


def _signal(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    waiting = list(ex.partners(state, slot, ex.condwaits, op.prim))
    if not waiting:
        yield (), None
    for partner in waiting:
        yield (), partner


def _never(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    return iter(())


def _go(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    for other in ex.slots_of[op.thread + 1]:
        if state[other] in {IDLE, DONE}:
            yield (), (other, ex.entries[op.thread + 1])
            return
    yield ((slot, CUT),), (slot, (CUT,))


def _make(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    at = ex.made[op.prim.ident]
    if state[at]:
        yield ((slot, CUT),), (slot, (CUT,))  # a second activation: what it makes is another primitive
    else:
        yield ((at, 1),), None


def _set(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    value = 1 if op.prim.kind == "flag" or op.amount else 2
    yield ((ex.index[op.prim.ident], value),), None


def _forget(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    yield ((ex.index[op.prim.ident], 0),), None


def _choose(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    at = ex.index[op.prim.ident]
    if op.prim.kind == "flag":
        if state[at] == op.amount:
            yield ((at, 0),), None
        return
    wanted = 1 if op.amount else 2
    if state[at] in {0, wanted}:
        yield ((at, wanted),), None


def _once(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    at = ex.index[op.prim.ident]
    if state[at] == 0:
        yield ((at, 1),), None


def _again(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    if state[ex.index[op.prim.ident]] == 1:
        yield (), None


def _default(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    yield (), None


def _fail(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    yield ((len(state) - 1, 1),), None


def _level(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    yield ((ex.index[op.prim.ident], op.amount),), None


def _count(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    at = ex.index[op.prim.ident]
    counted = state[at] + op.amount
    if 0 <= counted <= MOST_TOLD_APART:
        yield ((at, counted),), None
    else:
        yield ((slot, CUT),), (slot, (CUT,))


def _copy(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    assert op.other is not None
    yield ((ex.index[op.prim.ident], state[ex.index[op.other.ident]]),), None


def _least(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    if state[ex.index[op.prim.ident]] >= op.amount:
        yield (), None


def _below(ex: Explorer, state: State, slot: int, op: Op) -> Iterator[Change]:
    assert op.prim is not None
    if state[ex.index[op.prim.ident]] < op.amount:
        yield (), None


_STEPS = {
    "send": _send,
    "recv": _recv,
    "drained": _drained,
    "close": _close,
    "lock": _lock,
    "rlock": _rlock,
    "unlock": _unlock,
    "runlock": _runlock,
    "add": _add,
    "wait": _wait,
    "cwait": _never,
    "signal": _signal,
    "broadcast": _signal,
    "dead": _never,
    "go": _go,
    "make": _make,
    "set": _set,
    "forget": _forget,
    "choose": _choose,
    "once": _once,
    "again": _again,
    "fail": _fail,
    "default": _default,
    "level": _level,
    "count": _count,
    "copy": _copy,
    "least": _least,
    "below": _below,
}
