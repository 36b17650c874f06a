"""The tree of a flame graph: creation site, then the frames from the outermost to the innermost, then the wait reason.

Two goroutines share a node as long as everything above it is the same. The creation site is the one in the checkout
where there is one: behind a helper such as `sync.(*WaitGroup).Go` it is the call that handed over the function.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from goleaklint.dump.account import Account, Group, How
from goleaklint.dump.anomalies import Anomaly, anomaly
from goleaklint.dump.goroutines import Dump, Stack, Verdict
from goleaklint.dump.verdict import is_main
from goleaklint.report.sources import visible

GO = "go"  # the creation site
CALL = "call"
GAP = "gap"  # frames that the dump does not show
WAIT = "wait"  # the wait reason


class Step(NamedTuple):
    """One node of a path. Everything in it is `visible`. `via` is the helper between a creation site and its go.

    `times` is more than 1 for a call that stands for a row of equal ones, a recursion (see `drawn`).
    """

    kind: str
    name: str
    file: str = ""
    line: int = 0
    via: str = ""
    times: int = 1

    @property
    def place(self) -> str:
        """`orders.go:18`, or "" where the dump names no file."""
        return f"{self.file.rpartition('/')[2]}:{self.line}" if self.file else ""

    @property
    def text(self) -> str:
        """As one line: `go example.com/shop/orders.Place orders.go:18`, `example.com/shop/orders.validate`."""
        if self.kind == GO and self.file:
            return f"go {self.name} {self.place}"
        return f"[{self.name}]" if self.kind == WAIT else self.name


class Path(NamedTuple):
    """The steps of one group, from the root to the leaf."""

    steps: tuple[Step, ...]
    group: Group


def bare(dump: Dump) -> Account:
    """A dump of which no checkout says anything."""
    return Account(dump=dump, repository="", groups=tuple(Group(bucket=bucket) for bucket in dump.buckets))


def paths(account: Account, *, all_of_them: bool) -> Iterator[Path]:
    """One path for each group, in the order of the groups.

    Without `all_of_them` those are left out of which no report tells: the runtime's own, and the writer of the dump.
    """
    for group in account.groups:
        if all_of_them or group.bucket.verdict is not Verdict.NEVER:
            yield Path(tuple(steps(group)), group)


def steps(group: Group) -> Iterator[Step]:
    """The path of one group, from the creation site to the wait reason."""
    stack = group.bucket.stack
    yield _creation(group)
    gap_below = len(stack.frames) - stack.elided_at if stack.elided else -1
    for index, frame in enumerate(reversed(stack.frames)):
        if index == gap_below:
            yield _gap(stack)
        yield Step(CALL, visible(frame.function), visible(frame.file), frame.line)
    if stack.unavailable:
        yield Step(GAP, "stack not available: running on another thread")
    yield Step(WAIT, visible(group.bucket.reason) + " (durable)" * group.bucket.durable)


def drawn(path: Iterable[Step]) -> Iterator[Step]:
    """The steps with three or more equal ones in a row as one: a deep recursion would leave no room for the others."""
    for step, equal in groupby(path):
        times = len(list(equal))
        yield from [step] * times if times < 3 else [step._replace(times=times)]


def _creation(group: Group) -> Step:
    stack = group.bucket.stack
    site = group.handed_over or group.creation
    frame = stack.created_by
    if site is not None and site.how is not How.LOST and site.function:
        direct = site.how is not How.HELPER and group.handed_over is None
        via = "" if direct or frame is None else visible(frame.function)
        return Step(GO, visible(site.function), visible(site.span.path), site.span.line, via)
    if frame is not None:
        return Step(GO, visible(frame.function), visible(frame.file), frame.line)
    return Step(GO, "the main goroutine" if is_main(stack) else "no creation site in the dump")


def _gap(stack: Stack) -> Step:
    return Step(GAP, f"{stack.elided} frames elided" if stack.elided > 0 else "frames elided")


class Node:
    """A step with how many goroutines pass it, by class; `children` in the order in which they came."""

    __slots__ = ("anomalies", "children", "count", "step")

    def __init__(self, step: Step) -> None:
        self.step = step
        self.count = 0
        self.anomalies: Counter[Anomaly] = Counter()
        self.children: dict[Step, Node] = {}

    def add(self, count: int, kind: Anomaly) -> None:
        """Count goroutines of one class."""
        self.count += count
        self.anomalies[kind] += count

    def ordered(self) -> list[Node]:
        """The children, the biggest first."""
        return sorted(self.children.values(), key=lambda node: (-node.count, node.step))


def tree(accounts: Iterable[Account]) -> Node:
    """Everything that a report tells of, of all accounts together."""
    root = Node(Step(CALL, "all goroutines"))
    for account in accounts:
        for path in paths(account, all_of_them=False):
            bucket = path.group.bucket
            node, kind = root, anomaly(bucket)
            node.add(bucket.count, kind)
            for step in drawn(path.steps):
                node = node.children.setdefault(step, Node(step))
                node.add(bucket.count, kind)
    return root


def short(name: str) -> str:
    """A function's name with the last element of its import path only: `orders.(*Shop).Place`."""
    end = min((at for at in map(name.find, "[(") if at >= 0), default=len(name))
    return name[name.rfind("/", 0, end) + 1 :]
