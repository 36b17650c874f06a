"""From explored states to stuck goroutines: who waits, for what, and what became of the partners."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from goleaklint.explore.automaton import STEERING, Automaton, Op, Thread
from goleaklint.explore.product import IDLE, Space
from goleaklint.explore.reduction import CUT, DONE, Reducer
from goleaklint.explore.values import Place, Prim

WAITS = frozenset({"send", "recv", "drained", "lock", "rlock", "wait", "cwait", "dead"})
"""Operations at which a goroutine can be parked."""

RELEASES = {
    "send": ("recv", "drained", "close"),
    "recv": ("send", "close"),
    "drained": ("close",),
    "lock": ("unlock", "runlock"),
    "rlock": ("unlock", "runlock"),
    "wait": ("add",),
    "cwait": ("signal", "broadcast"),
    "dead": (),
}
"""What another goroutine would have to do."""

EXCHANGES = frozenset({"send", "recv"})
"""Operations that release one partner, each time that they are done."""


class Partner(msgspec.Struct, eq=False):
    """A goroutine that could have released the stuck one: how it left, or where it waits itself."""

    thread: Thread
    ended: bool
    started: bool
    exit: Place | None = None
    waits: Op | None = None
    release: Op | None = None  # its operation that would have helped
    turns: int = 0  # how often it releases, when that is the same on every path
    released: bool = False  # it has done so before: another has taken what it gave


class Stuck(msgspec.Struct, eq=False):
    """One goroutine that can wait for ever at one operation."""

    op: Op
    alternatives: list[Op]  # the other cases of its select, none of which can come true either
    thread: Thread
    is_root: bool
    root: str
    only_after_failure: bool  # only on paths on which a test has failed
    partners: list[Partner] = msgspec.field(default_factory=list)
    trace: list[Op] = msgspec.field(default_factory=list)
    root_in_test: bool = False
    until_exit: bool = False  # the process ends when the root, which should have released it, returns
    unrelated_counts: bool = False
    alone: bool = False  # found with the other primitives of the root left out
    sends_itself: bool = False  # its own code also sends what it waits for
    symbols: int = 0  # how many unknown counts the variant gives a value
    needs_two: bool = False  # only when loops run twice
    needs_small: bool = False  # only when buffers are smaller than other counts that the source does not tell
    needs_many: bool = False  # only when a loop runs more often than anything else tells
    also: list[Op] = msgspec.field(default_factory=list)  # other operations on the primitive where it can be stuck

    @property
    def prim(self) -> Prim:
        """What it waits for."""
        assert self.op.prim is not None
        return self.op.prim

    @property
    def doubtful(self) -> bool:
        """Whether values that are not followed decide what it waits for, or it is to wait until the process ends."""
        if any(op.prim is not None and op.prim.doubtful for op in [self.op, *self.alternatives]):
            return True
        in_loop = self.op.looping or self.thread.in_loop
        is_bare = self.op.kind in EXCHANGES and self.op.select is None
        if in_loop and is_bare and self.partners and all(p.ended and p.turns > 1 for p in self.partners):
            return True  # nobody leaves early: whether there are more of them than the others take is in the data
        if in_loop and self.op.kind == "recv" and self.sends_itself and self.never_released and self.prim.capacity:
            return True  # tokens: how many of them are out is in the data
        if self.op.kind == "cwait" and self.partners:
            return True  # whether it waits depends on the condition that the signal is about
        if self.op.kind in {"recv", "drained"} and self.prim.in_group:
            return True
        return any(p.waits is not None and _is_doubtful(p) for p in self.partners)

    @property
    def kind(self) -> str:
        """The operation: send, recv, range, lock, rlock, wait, cwait, dead."""
        if self.op.kind in {"recv", "drained"} and type(self.op.place.node).__name__ == "Range":
            return "range"
        return self.op.kind

    @property
    def never_released(self) -> bool:
        """Whether no code in view could ever release it."""
        return not self.partners


def _is_doubtful(partner: Partner) -> bool:
    """Whether the partner waits for something that is itself doubtful, or in main for the end of the process."""
    op = partner.waits
    if op is None:
        return False
    if op.kind == "cwait" or (op.prim is not None and op.prim.doubtful):
        return True
    return op.kind == "dead" and partner.thread.created is None


def find(auto: Automaton, space: Space, reducer: Reducer, root: str) -> list[Stuck]:
    """The stuck goroutines of one explored root, each operation once, first found first."""
    found: dict[tuple[object, ...], Stuck] = {}
    predecessors = _predecessors(space)
    doomed = _fated(space, predecessors, [space.killed(state) for state in space.states])
    fails = _fated(space, predecessors, [space.killed(state) or space.failed(state) for state in space.states])
    for slot, thread in enumerate(space.slots):
        free = _can_move(space, predecessors, slot)
        seen: dict[int, tuple[bool, bool, int]] = {}
        for number, state in enumerate(space.states):
            node = state[slot]
            if node < 0 or free[number] or doomed[number] or space.nodes[node].otherwise:
                continue
            rank = (bool(fails[number]), bool(space.moves[number]), number)  # best told where nothing moves any more
            if node not in seen or rank < seen[node]:
                seen[node] = rank
        for node, (failed, _, number) in sorted(seen.items(), key=lambda item: item[1][2]):
            ops = [op for op, _ in space.nodes[node].ops if op.kind in WAITS]
            if not ops or len(ops) != len(space.nodes[node].ops):
                continue
            stuck = _describe(auto, space, reducer, root, slot, thread, ops, number, failed)
            key = (ops[0].place.node, ops[0].prim.ident if ops[0].prim else -1, thread)
            old = found.get(key)
            if old is None or (old.only_after_failure and not failed):
                found[key] = stuck
    return list(found.values())


def _predecessors(space: Space) -> list[list[tuple[int, tuple[int, ...]]]]:
    before: list[list[tuple[int, tuple[int, ...]]]] = [[] for _ in space.states]
    for source, moves in enumerate(space.moves):
        for target, slots, _ in moves:
            before[target].append((source, slots))
    return before


def _fated(space: Space, before: list[list[tuple[int, tuple[int, ...]]]], ends: list[bool]) -> bytearray:
    """For each state, whether it comes to one of `ends` whatever happens."""
    fated = bytearray(len(space.states))
    open_moves = [len(moves) for moves in space.moves]
    stack = [number for number, end in enumerate(ends) if end]
    for number in stack:
        fated[number] = 1
    while stack:
        for source, _ in before[stack.pop()]:
            open_moves[source] -= 1
            if open_moves[source] == 0 and not fated[source]:
                fated[source] = 1
                stack.append(source)
    return fated


def _can_move(space: Space, before: list[list[tuple[int, tuple[int, ...]]]], slot: int) -> bytearray:
    """For each state, whether this goroutine may still move, or the search was cut, or the process ends."""
    free = bytearray(len(space.states))
    stack: list[int] = []
    for number, moves in enumerate(space.moves):
        state = space.states[number]
        if any(slot in slots for _, slots, _ in moves) or CUT in state or (slot == 0 and space.killed(state)):
            free[number] = 1
            stack.append(number)
    while stack:
        for source, _ in before[stack.pop()]:
            if not free[source]:
                free[source] = 1
                stack.append(source)
    return free


def _describe(
    auto: Automaton,
    space: Space,
    reducer: Reducer,
    root: str,
    slot: int,
    thread: int,
    ops: list[Op],
    number: int,
    failed: bool,
) -> Stuck:
    state = space.states[number]
    trace = space.trace(number)
    made = _root_thread(root) if thread == 0 else auto.threads[thread - 1]
    stuck = Stuck(ops[0], ops[1:], made, thread == 0, root, failed)
    stuck.trace = [op for op, _ in trace if op is not None and op.kind not in {*STEERING, "make", "fail"}]
    wanted: dict[int, set[str]] = defaultdict(set)
    for op in ops:
        if op.prim is not None:
            wanted[op.prim.ident].update(RELEASES["drained" if stuck.kind == "range" else op.kind])
    stuck.sends_itself = _release(reducer, auto, thread, wanted) is not None
    for other, other_thread in enumerate(space.slots):
        if other == slot or (other_thread == thread and state[other] == IDLE):
            continue
        release = _release(reducer, auto, other_thread, wanted)
        if release is None:
            continue
        partner = Partner(
            _root_thread(root) if other_thread == 0 else auto.threads[other_thread - 1],
            ended=state[other] == DONE,
            started=state[other] != IDLE,
            release=release,
            turns=_turns(reducer, _entry(auto, other_thread), wanted),
            released=any(
                op is not None and other in slots and op.prim is release.prim and op.kind in EXCHANGES
                for op, slots in trace
            ),
        )
        if state[other] >= 0:
            waiting = [op for op, _ in space.nodes[state[other]].ops if op.kind in WAITS]
            partner.waits = waiting[0] if waiting else None
        elif state[other] == DONE:
            last = [op for op, slots in trace if op is not None and other in slots]
            start = last[-1].target if last else _entry(auto, other_thread)
            partner.exit = _exit(reducer, auto, start)
        stuck.partners.append(partner)
    return stuck


def _root_thread(root: str) -> Thread:
    return Thread(0, None, root)


def _entry(auto: Automaton, thread: int) -> int:
    return 0 if thread == 0 else auto.threads[thread - 1].entry


def _release(reducer: Reducer, auto: Automaton, thread: int, wanted: dict[int, set[str]]) -> Op | None:
    """The first operation in a goroutine's code that would release the stuck one."""
    seen = {_entry(auto, thread)}
    stack = list(seen)
    while stack:
        for op, target in reducer.edges[stack.pop()]:
            if op is None or op.prim is None:
                pass
            elif op.kind in wanted.get(op.prim.ident, ()) and (op.kind != "add" or op.amount < 0):
                return op
            if target not in seen:
                seen.add(target)
                stack.append(target)
    return None


def _turns(reducer: Reducer, entry: int, wanted: dict[int, set[str]]) -> int:
    """How many of the wanted operations every path from here does; 0 when one leaves early, or loops."""
    counts: dict[int, int] = {}
    open_nodes: set[int] = set()
    stack = [entry]
    while stack:
        node = stack[-1]
        if node in counts:
            stack.pop()
            continue
        targets = [(target, _is_wanted(op, wanted)) for op, target in reducer.edges[node]]
        todo = [target for target, _ in targets if target not in counts]
        if todo and node not in open_nodes:
            open_nodes.add(node)
            if any(target in open_nodes for target in todo):
                return 0
            stack += todo
            continue
        if todo:
            return 0
        ways = {counts[target] + is_wanted for target, is_wanted in targets} or {0}
        if len(ways) > 1:
            return 0
        counts[node] = ways.pop()
        open_nodes.discard(node)
        stack.pop()
    return counts[entry]


def _is_wanted(op: Op | None, wanted: dict[int, set[str]]) -> bool:
    return op is not None and op.prim is not None and op.kind in wanted.get(op.prim.ident, ())


def _exit(reducer: Reducer, auto: Automaton, start: int) -> Place | None:
    """The return through which a goroutine left, by the shortest silent way from its last operation."""
    before: dict[int, int] = {start: -1}
    queue = [start]
    for node in queue:
        if not reducer.edges[node]:
            return _last_exit(auto, before, node)
        for op, target in reducer.edges[node]:
            if op is None and target not in before:
                before[target] = node
                queue.append(target)
    return None


def _last_exit(auto: Automaton, before: dict[int, int], node: int) -> Place | None:
    """The return that is nearest to the end of a way: that of the outermost function."""
    while node >= 0:
        if node in auto.exits:
            return auto.exits[node]
        node = before[node]
    return None
