"""Captures of one moment as one: a text has states, minutes and creation sites, a profile counts, labels and leaks.

One capture is counted: the first text, else the first protobuf profile, else what comes first. Groups of the others
find their partners in it by their frames, in rounds, and add what they know. A goroutine that is in one of the others
only is said and not counted, unless the counted capture is cut: then their counts hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

import msgspec

from goleaklint.dump.buckets import order
from goleaklint.dump.goroutines import Bucket, Dump, Frame, Labels, Verdict
from goleaklint.dump.verdict import judge
from goleaklint.model import Diagnostic

_FORMS = ("text", "protobuf", "debug=1")
_LACKS = ("a protobuf profile: ", "a debug=1 profile: ")  # how the notes begin on what a text has
_ALIKE = 40  # innermost frames of stacks of which each form elides others
_SHOWN = 10  # groups that are in one capture only
_LABELS = 10

Pairs = tuple[tuple[str, str], ...]


class _Group:
    """A bucket of the counted capture, and what the others add. `left`: goroutines without a partner in the one."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.count = bucket.count
        self.leaked = bucket.leaked
        self.labels: Counter[Pairs] = Counter({each.pairs: each.goroutines for each in bucket.labels})
        self.root = bucket.stack.root
        self.minutes = bucket.minutes
        self.whole: tuple[Frame, ...] = ()
        self.left = 0
        self._taken: list[tuple[Bucket, int]] = []

    def take(self, partner: Bucket, count: int) -> None:
        """So many goroutines of the partner are of this group."""
        self._taken.append((partner, count))

    def forget(self) -> None:
        """The capture is of another process."""
        self._taken = []

    def settle(self) -> None:
        """Keep what one capture told."""
        leaked = sum(min(count, partner.leaked) for partner, count in self._taken)
        self.leaked = max(self.leaked, min(self.count, leaked))
        told: Counter[Pairs] = Counter()
        for partner, count in self._taken:
            self.root = self.root or partner.stack.root
            self.minutes = self.minutes or partner.minutes
            if self.bucket.stack.elided and not partner.stack.elided:
                self.whole = partner.stack.frames
            for labels in partner.labels:
                told[labels.pairs] += min(count, labels.goroutines)
        self.labels = self.labels or told
        self._taken = []

    def finished(self) -> Bucket:
        """The bucket with all that is known of it."""
        bucket = self.bucket
        stack = msgspec.structs.replace(bucket.stack, root=self.root)
        if self.whole:
            stack = msgspec.structs.replace(stack, frames=self.whole, elided=0, elided_at=0)
        labels = sorted(self.labels.items(), key=lambda item: (-item[1], item[0]))[:_LABELS]
        verdict = bucket.verdict
        if self.leaked > bucket.leaked:
            verdict = judge(bucket.reason, stack, leaked=True, durable=bucket.durable)
        return msgspec.structs.replace(
            bucket,
            stack=stack,
            verdict=verdict,
            count=self.count,
            leaked=self.leaked,
            minutes=self.minutes,
            labels=tuple(Labels(pairs, min(count, self.count)) for pairs, count in labels),
        )


class _Partner:
    """A bucket of another capture. `left`: goroutines without a partner; `group`: where the others have one."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.left = bucket.count
        self.group: _Group | None = None


def join(dumps: Sequence[Dump]) -> Dump:
    """One dump of captures that were taken one right after the other, of one process."""
    base, *others = sorted(dumps, key=lambda dump: (dump.leaks_only, _FORMS.index(dump.format)))
    groups = [_Group(bucket) for bucket in base.buckets]
    said = list(base.diagnostics)
    for other in others:
        said += (each for each in other.diagnostics if base.format != "text" or not each.message.startswith(_LACKS))
        said += _joined(groups, base, other)
    buckets = tuple(sorted((group.finished() for group in groups), key=order))
    return msgspec.structs.replace(
        base,
        path=" + ".join(dump.path for dump in dumps),
        total=sum(bucket.count for bucket in buckets),
        buckets=buckets,
        diagnostics=tuple(said),
        incomplete=base.incomplete and all(other.incomplete or other.leaks_only for other in others),
    )


def _joined(groups: list[_Group], base: Dump, other: Dump) -> Iterator[Diagnostic]:
    """Add one capture to the groups, and say what does not fit."""
    partners = [_Partner(bucket) for bucket in other.buckets if bucket.verdict is not Verdict.NEVER]
    mine = [group for group in groups if group.bucket.verdict is not Verdict.NEVER]
    for group in mine:
        group.left = group.bucket.count
    fills = base.incomplete and not other.leaks_only and not other.incomplete
    unplaced = 0
    for key in _ROUNDS if other.format != "debug=1" else _ROUNDS[2:]:
        for same, theirs in _alike(mine, partners, key):
            unplaced += _pair(same, theirs)
    total, both = sum(each.bucket.count for each in partners), sum(each.bucket.count - each.left for each in partners)
    if 2 * both < min(total, sum(group.bucket.count for group in mine)):
        for group in mine:
            group.forget()
        message = (
            f"only {both} of its {total} goroutines are in {base.path}, so it is not joined: is it of one process?"
        )
        yield Diagnostic(path=other.path, kind="dump", message=message)
        return
    yield from _said(mine, partners, base, other, fills=fills)
    if unplaced:
        message = f"{unplaced} goroutines that are leaked are in groups that differ by their creation only: not marked"
        yield Diagnostic(path=other.path, kind="dump", message=message)
    for each in partners if fills else ():
        if each.group is not None:
            each.group.count += each.left
            each.group.take(each.bucket, each.left)
    for group in mine:
        group.settle()
    if fills:
        groups += (_Group(each.bucket) for each in partners if each.left == each.bucket.count)


def _alike(
    groups: Iterable[_Group], partners: Iterable[_Partner], key: Callable[[Bucket], Hashable]
) -> Iterator[tuple[list[_Group], list[_Partner]]]:
    """What is left of both sides and has one key."""
    waiting: dict[Hashable, list[_Group]] = {}
    for group in groups:
        if group.left and (at := key(group.bucket)) is not None:
            waiting.setdefault(at, []).append(group)
    found: dict[Hashable, list[_Partner]] = {}
    for partner in partners:
        if partner.left and (at := key(partner.bucket)) in waiting:
            found.setdefault(at, []).append(partner)
    yield from ((waiting[at], theirs) for at, theirs in found.items())


def _pair(groups: list[_Group], partners: list[_Partner]) -> int:
    """Goroutines that are alike on both sides. How many leaked ones could not be given to one of several groups."""
    buckets = [each.bucket for each in partners]
    there = sum(each.left for each in partners)
    here = sum(group.left for group in groups)
    unplaced = 0
    if len(groups) == 1:
        for each in partners:
            groups[0].take(each.bucket, min(each.left, here))
    elif len(buckets) == 1 and there >= here and _is_uniform(buckets[0]):
        for group in groups:
            group.take(buckets[0], group.left)
    else:
        unplaced = sum(each.leaked for each in buckets)
    for each in partners:
        each.group = each.group or groups[0]
    _use_up(partners, min(here, there))
    _use_up(groups, min(here, there))
    return unplaced


def _use_up(sides: Sequence[_Group] | Sequence[_Partner], count: int) -> None:
    """So many goroutines have found a partner."""
    for side in sides:
        taken = min(side.left, count)
        side.left -= taken
        count -= taken


def _is_uniform(bucket: Bucket) -> bool:
    """What is known of one of its goroutines is known of all."""
    labels = [each.goroutines for each in bucket.labels]
    return bucket.leaked in (0, bucket.count) and labels in ([], [bucket.count])


def _said(
    groups: Sequence[_Group], partners: Sequence[_Partner], base: Dump, other: Dump, *, fills: bool
) -> Iterator[Diagnostic]:
    """What is in one of the captures only."""
    theirs = [each.bucket for each in partners if each.left == each.bucket.count]
    ours = [] if other.leaks_only else [each.bucket for each in groups if each.left == each.bucket.count]
    counted = "counted, for the other is cut" if fills else "not counted"
    yield from _only(theirs, other.path, f"only here, {counted}")
    yield from _only(ours, base.path, f"not in {other.path}")


def _only(buckets: Sequence[Bucket], path: str, what: str) -> Iterator[Diagnostic]:
    for bucket in buckets[:_SHOWN]:
        yield Diagnostic(path=path, kind="dump", message=f"{what}: {_named(bucket)}")
    rest = sum(bucket.count for bucket in buckets[_SHOWN:])
    if rest:
        message = f"{what}: {rest} more in {len(buckets) - _SHOWN} groups"
        yield Diagnostic(path=path, kind="dump", message=message)


def _named(bucket: Bucket) -> str:
    count = f"{bucket.count} goroutine" + ("" if bucket.count == 1 else "s")
    frame = bucket.stack.frames[0] if bucket.stack.frames else None
    return f"{count} [{bucket.reason}]" + (f" in {frame.function} {frame.file}:{frame.line}" if frame else "")


def _created(bucket: Bucket) -> Hashable:
    """With the creation, which a profile tells of function literals: the line at which the outermost one begins."""
    frame = bucket.stack.created_by or bucket.stack.root
    return (bucket.reason, bucket.stack.frames, frame.file, frame.line) if frame is not None else None


def _functions(bucket: Bucket) -> Hashable:
    """Its lines may have gone on."""
    return tuple(frame.function for frame in bucket.stack.frames)


def _innermost(bucket: Bucket) -> Hashable:
    """A text keeps 100 frames, of both ends, a profile the 128 innermost."""
    frames = bucket.stack.frames
    return frames[:_ALIKE] if len(frames) > _ALIKE else None


_ROUNDS: tuple[Callable[[Bucket], Hashable], ...] = (
    _created,
    lambda bucket: (bucket.reason, bucket.stack.frames),
    lambda bucket: bucket.stack.frames,
    _innermost,
    _functions,
)
