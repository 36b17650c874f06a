"""Removing silent steps: from the automaton of a root to small tables of visible operations."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from goleaklint.explore.automaton import Automaton, Edge, Op

DONE = -1001
KILLED = -1002
CUT = -1003
"""Ends of a goroutine: it returned, the process ended, the search goes no further. No primitive has such a state."""

MERGE_ROUNDS = 12


class Node(msgspec.Struct, eq=False):
    """A point where a goroutine waits or acts: its operations, and where it may go instead of them without any."""

    ops: list[tuple[Op, tuple[int, ...]]]
    otherwise: tuple[int, ...]


class Reduced(msgspec.Struct, eq=False):
    """Merged nodes, and for each thread the nodes where it can be after its silent first steps."""

    nodes: dict[int, Node]
    entries: list[tuple[int, ...]]


class Reducer:
    """Reduces one automaton for one set of visible primitives."""

    def __init__(self, auto: Automaton, visible: Callable[[Op], bool]) -> None:
        self.auto = auto
        self.edges = [
            _with_default([(op if op is not None and visible(op) else None, target) for op, target in edges])
            for edges in auto.edges
        ]
        self._closures: dict[int, tuple[int, ...]] = {}

    def closure(self, start: int) -> tuple[int, ...]:
        """The nodes with visible operations, and the ends, that silent steps from `start` lead to."""
        known = self._closures.get(start)
        if known is not None:
            return known
        found: set[int] = set()
        seen = {start}
        stack = [start]
        while stack:
            node = stack.pop()
            edges = self.edges[node]
            if node in self.auto.killed:
                found.add(KILLED)
            elif node in self.auto.cut:
                found.add(CUT)
            elif not edges:
                found.add(DONE)
            elif any(op is not None for op, _ in edges):
                found.add(node)
            else:
                for _, target in edges:
                    if target not in seen:
                        seen.add(target)
                        stack.append(target)
        if not found:
            found.add(DONE)  # it runs for ever without synchronising: neither stuck nor finished
        result = self._closures[start] = tuple(sorted(found))
        return result

    def run(self, starts: list[int]) -> Reduced:
        """The tables for threads that start at these nodes."""
        entries = [self.closure(start) for start in starts]
        nodes: dict[int, Node] = {}
        todo = [node for entry in entries for node in entry]
        while todo:
            number = todo.pop()
            if number < 0 or number in nodes:
                continue
            ops: list[tuple[Op, tuple[int, ...]]] = []
            otherwise: set[int] = set()
            for op, target in self.edges[number]:
                after = self.closure(target)
                todo.extend(after)
                if op is None:
                    otherwise.update(after)
                else:
                    ops.append((op, after))
            nodes[number] = Node(ops, tuple(sorted(otherwise)))
        return _merge(nodes, entries)


def _with_default(edges: list[Edge]) -> list[Edge]:
    """The default of a select comes last; where no other case is visible it is a silent step."""
    defaults = [edge for edge in edges if edge[0] is not None and edge[0].kind == "default"]
    if not defaults:
        return edges
    others = [edge for edge in edges if edge not in defaults]
    if all(op is None for op, _ in others):
        return [(None, target) for _, target in edges]
    return [*others, *defaults]


def _merge(nodes: dict[int, Node], entries: list[tuple[int, ...]]) -> Reduced:
    """Merge nodes that do the same and go to nodes that do the same."""
    ends = {end: end for end in (DONE, KILLED, CUT)}
    group = dict.fromkeys(nodes, 0) | ends
    size = 1
    for _ in range(MERGE_ROUNDS):
        numbers: dict[object, int] = {}
        following: dict[int, int] = dict(ends)
        for number, node in sorted(nodes.items()):
            signature = (
                frozenset((op.label, frozenset(group[n] for n in after)) for op, after in node.ops),
                frozenset(group[n] for n in node.otherwise),
            )
            following[number] = numbers.setdefault(signature, len(numbers))
        group = following
        if len(numbers) == size:
            break
        size = len(numbers)

    def merged(targets: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted({group[n] for n in targets}))

    result: dict[int, Node] = {}
    for number, node in sorted(nodes.items()):
        if group[number] not in result:
            result[group[number]] = Node([(op, merged(after)) for op, after in node.ops], merged(node.otherwise))
    return Reduced(result, [merged(entry) for entry in entries])
