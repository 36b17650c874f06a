"""`full` of `goleaklint dump`: what is stuck, how many, how long, and where in the checkout it comes from.

leak: 3 goroutines [chan send], for 2 to 5 minutes
  created by example.com/shop/internal/orders.Place
  --> internal/orders/orders.go:18:2 in example.com/shop/internal/orders.Place
   |
18 | go func() {
   | ----------- created here
...
20 |     done <- validate(o)
   |     ^^^^^^^^^^^^^^^^^^^ waits here
   = predicted by GLK101 abandoned-send (high confidence): ...
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from goleaklint.dump.account import Account, Group, How, Match, Site
from goleaklint.dump.advice import fix, goleak_ignore, is_leaking
from goleaklint.dump.goroutines import Bucket, Frame, Verdict
from goleaklint.dump.health import Health, Thresholds, health
from goleaklint.dump.patterns import own_frame, telling_frame
from goleaklint.model import Report, Span
from goleaklint.report.coloring import written
from goleaklint.report.excerpt import Line, Mark, excerpt
from goleaklint.report.formats import Look
from goleaklint.report.sources import Sources, visible

_MEANINGS = {
    Verdict.LEAK: "nothing can wake them",
    Verdict.CANDIDATE: "leaks, if they are many or wait long",
    Verdict.POSSIBLE: "may end by other means: a deadline, a close, their own loop",
    Verdict.TEST: "held by testing/synctest",
    Verdict.NEVER: "the runtime's own, or busy with this dump; not shown",
}
_COLORS = {
    "leak": "bold red",
    "candidate": "bold yellow",
    "possible": "bold cyan",
    "test": "bold cyan",
    "title": "bold",
    "gutter": "bright_blue",
    "created": "bright_blue",
    "waits": "red",
    "note": "magenta",
    "finding": "bold green",
    "leaking": "bold red",
    "suspicious": "bold yellow",
    "watch": "bold cyan",
    "healthy": "bold green",
}
_NOT_WAITING = frozenset({"running", "runnable"})
_PARTNERED = re.compile(r"chan |select$|sync\.")
_INDENT = "  "
_MOST_FRAMES = 6
_MOST_CANDIDATES = 5
_MOST_PARTNERS = 5
_MOST_IDS = 5
_MOST_LABELS = 3
_MOST_REASONS = 6


def render(accounts: Sequence[Account], look: Look, thresholds: Thresholds | None = None) -> str:
    """Every dump with its health and its groups, the most certain leaks first; an empty line after each group."""
    sources = Sources(Report())
    lines = [
        line
        for account in accounts
        for line in _account(account, health(account.dump, thresholds), sources, look.width)
    ]
    return written(lines, look, _COLORS)


def _account(account: Account, state: Health, sources: Sources, width: int) -> Iterator[Line]:
    dump = account.dump
    counts: Counter[Verdict] = Counter()
    for bucket in dump.buckets:
        counts[bucket.verdict] += bucket.count
    yield [(f"{visible(dump.path)}: {_count(dump.total, 'goroutine')}, {_count(len(dump.buckets), 'group')}", "title")]
    if dump.cause:
        yield [(_INDENT, ""), (visible(dump.cause), "note")]
    if account.revision:
        yield [(f"{_INDENT}places are those of {visible(account.revision[:12])}, brought to the files of today", "")]
    yield [(_INDENT, ""), (state.condition, state.condition), (f": {visible(state.because)}", "")]
    for verdict in Verdict:
        if counts[verdict]:
            yield [(f"{counts[verdict]:>9} ", ""), (verdict, verdict), (f"  {_MEANINGS[verdict]}", "")]
    yield from _health(state)
    yield []
    for group in account.groups:
        if group.bucket.verdict is not Verdict.NEVER:
            yield from _group(group, sources, width)
            yield []


def _health(state: Health) -> Iterator[Line]:
    """The blocked share, the wait reasons, the longest waits, and the classic patterns with their counts."""
    if not state.blocked and not state.seen:
        return
    yield [(f"{_INDENT}blocked: {state.blocked} of {state.total} ({state.share:.0f} %)", "")]
    shown = [reason for reason in state.reasons if reason.verdict is not Verdict.NEVER]
    waits = ", ".join(f"{reason.goroutines} [{visible(reason.reason)}]" for reason in shown[:_MOST_REASONS])
    more = f", and {len(shown) - _MOST_REASONS} more" if len(shown) > _MOST_REASONS else ""
    yield [(f"{_INDENT}reasons: {waits}{more}", "")]
    for at, bucket in enumerate(state.oldest):
        frame = telling_frame(bucket.stack)
        place = f" {visible(frame.function)}" if frame is not None else ""
        minutes = _minutes(bucket.minutes.most) if bucket.minutes is not None else ""
        yield [(f"{_INDENT}{'longest:' if not at else '        '} {minutes} [{visible(bucket.reason)}]{place}", "")]
    for at, seen in enumerate(state.seen):
        yield [(f"{_INDENT}{'seen:   ' if not at else '        '} {seen.goroutines} {seen.pattern.title}", "")]
        if seen.holder is not None:
            holder = seen.holder
            who = f"goroutine {holder.bucket.ids[0]}" if holder.bucket.ids else "a goroutine"
            lock = own_frame(seen.buckets[0].stack)
            where = f" of {visible(lock.function)}" if lock is not None else ""
            yield [
                (f"{_INDENT}         the lock{where} is likely held by {who} [{visible(holder.bucket.reason)}]", "note")
            ]
            yield [(f"{_INDENT}         in {visible(holder.frame.function)}: {visible(holder.why)}", "note")]


def _minutes(number: int) -> str:
    return f"{number} minute" + ("" if number == 1 else "s")


def _group(group: Group, sources: Sources, width: int) -> Iterator[Line]:
    bucket = group.bucket
    yield [(bucket.verdict, bucket.verdict), (f": {_headline(bucket)}", "title")]
    yield from _creator(bucket)
    yield from _places(group, sources, width)
    sites = (group.creation, group.handed_over, group.block)
    for note in dict.fromkeys(site.note for site in sites if site is not None and site.note):
        yield [(f"{_INDENT}= ", "gutter"), (visible(note), "note")]
    yield from _inside(group)
    yield from _candidates(group)
    yield from _details(bucket)
    if group.prediction is not None:
        finding = group.prediction.finding
        where = f"{visible(finding.span.path)}:{finding.span.line}:{finding.span.column}"
        known = "may be" if group.prediction.match is Match.CANDIDATE else "predicted by"
        yield [
            (f"{_INDENT}= {known} ", "gutter"),
            (f"{finding.code} {finding.name}", "finding"),
            (f" ({finding.confidence} confidence) at {where}: {visible(finding.message)}", ""),
        ]
    elif bucket.verdict in (Verdict.LEAK, Verdict.CANDIDATE):
        yield from _partners(group)
    yield from _next_step(group)


def _partners(group: Group) -> Iterator[Line]:
    """What could wake the goroutines, where no finding says why nothing does."""
    if not group.partners:
        known = ", and nothing is known that could wake them" if _PARTNERED.match(group.bucket.reason) else ""
        yield [(f"{_INDENT}= no finding tells of this{known if group.block is not None else ''}", "gutter")]
        return
    yield [(f"{_INDENT}= no finding tells of this; what could wake them:", "gutter")]
    for site in group.partners[:_MOST_PARTNERS]:
        where = f"{visible(site.span.path)}:{site.span.line}:{site.span.column}"
        yield [(f"{_INDENT}    {where}", ""), (f": {visible(site.statement)}", ""), (f"  ({site.note})", "gutter")]
    if len(group.partners) > _MOST_PARTNERS:
        yield [(f"{_INDENT}    and {len(group.partners) - _MOST_PARTNERS} more", "")]


def _next_step(group: Group) -> Iterator[Line]:
    """What to change, and how to tell a test that the goroutines are meant to be."""
    if not is_leaking(group):
        return
    if change := fix(group):
        sure = group.prediction is not None or group.bucket.verdict is Verdict.LEAK
        yield [(f"{_INDENT}= {'fix' if sure else 'if they leak'}: ", "gutter"), (change, "")]
    if ignored := goleak_ignore(group.bucket.stack):
        yield [(f"{_INDENT}= if they are meant to be: ", "gutter"), (visible(ignored), "")]


def _headline(bucket: Bucket) -> str:
    """`3 goroutines [chan send], for 2 to 5 minutes, 2 marked leaked`."""
    parts = [f"{_count(bucket.count, 'goroutine')} [{visible(bucket.reason)}{' (durable)' * bucket.durable}]"]
    if bucket.minutes is not None:
        least, most, known = bucket.minutes
        span = f"{least} to {most}" if least != most else f"{most}"
        parts.append(f"for {span} {'minute' if span == '1' else 'minutes'}" + _of(known, bucket.count))
    if bucket.leaked:
        parts.append("marked leaked by the garbage collector" + _of(bucket.leaked, bucket.count))
    if bucket.locked:
        parts.append("locked to a thread" + _of(bucket.locked, bucket.count))
    return ", ".join(parts)


def _of(some: int, every: int) -> str:
    return "" if some == every else f" ({some} of them)"


def _creator(bucket: Bucket) -> Iterator[Line]:
    creator = bucket.stack.created_by
    if creator is not None:
        parents = f", in {bucket.parents} goroutines" if bucket.parents > 1 else ""
        yield [(f"{_INDENT}created by {visible(creator.function)}{parents}", "")]


def _places(group: Group, sources: Sources, width: int) -> Iterator[Line]:
    """The creation and the wait in their files; the file of the creation first."""
    marks = []
    places = (
        (group.creation, "created here", "created"),
        (group.handed_over, "handed over here", "created"),
        (group.block, "is here" if group.bucket.reason in _NOT_WAITING else "waits here", "waits"),
    )
    for site, text, style in places:
        if site is None:
            continue
        if site.how is How.LOST:
            yield [(f"{_INDENT}--> ", "gutter"), (f"{visible(site.span.path)}:{site.span.line}", "")]
            continue
        marks.append((site, Mark(_widened(site.span, sources), text, style == "waits", style)))
    gutter = max((len(str(mark.span.line)) for _, mark in marks), default=1)
    for path in dict.fromkeys(site.span.path for site, _ in marks):
        here = [(site, mark) for site, mark in marks if site.span.path == path]
        yield _place(here[0][0], gutter)
        yield from excerpt([mark for _, mark in here], sources, gutter=gutter, width=width)


def _place(site: Site, gutter: int) -> Line:
    where = f"{visible(site.span.path)}:{site.span.line}:{site.span.column}"
    function = f" in {visible(site.function)}" if site.function else ""
    return [(f"{'':>{gutter}}--> ", "gutter"), (where, ""), (function, "")]


def _candidates(group: Group) -> Iterator[Line]:
    """Calls that can have led to the goroutines: none is more certain than the others."""
    if group.candidates:
        places = "one of these places" if len(group.candidates) > 1 else "this place"
        yield [(f"{_INDENT}= nothing tells where from, but it can be {places}:", "gutter")]
    for site in group.candidates[:_MOST_CANDIDATES]:
        where = f"{visible(site.span.path)}:{site.span.line}:{site.span.column}"
        yield [(f"{_INDENT}    {where}", ""), (f": {visible(site.statement)}", "")]
    if len(group.candidates) > _MOST_CANDIDATES:
        yield [(f"{_INDENT}    and {len(group.candidates) - _MOST_CANDIDATES} more", "")]


def _widened(span: Span, sources: Sources) -> Span:
    """A span without extent stands for its whole line."""
    if span[1:3] != span[3:5]:
        return span
    line = sources.line(span.path, span.line)
    start = len(line) - len(line.lstrip())
    return span._replace(column=start + 1, end_column=max(len(line.rstrip()), start + 1) + 1)


def _inside(group: Group) -> Iterator[Line]:
    """The stack, where the checkout does not show the innermost frame itself."""
    stack = group.bucket.stack
    if stack.unavailable:
        yield [(f"{_INDENT}its stack is not available: it was running on another thread", "")]
    if group.block is None:
        for frame in stack.frames[:_MOST_FRAMES]:
            yield [(f"{_INDENT}at {_frame(frame)}", "")]
        if len(stack.frames) > _MOST_FRAMES:
            yield [(f"{_INDENT}and {_count(len(stack.frames) - _MOST_FRAMES, 'more frame')}", "")]
    elif stack.frames and not _is_frame(group.block, stack.frames[0]):
        yield [(f"{_INDENT}in {_frame(stack.frames[0])}", "")]


def _is_frame(site: Site, frame: Frame) -> bool:
    path = (site.then or site.span).path
    return site.dump_line == frame.line and frame.file.endswith(path.rpartition("/")[2])


def _frame(frame: Frame) -> str:
    return f"{visible(frame.function)} {visible(frame.file)}:{frame.line}" if frame.file else visible(frame.function)


def _details(bucket: Bucket) -> Iterator[Line]:
    if bucket.ids:
        numbers = ", ".join(map(str, bucket.ids[:_MOST_IDS]))
        more = ", ..." if bucket.count > _MOST_IDS else ""
        yield [(f"{_INDENT}= in the dump: goroutine {numbers}{more}", "gutter")]
    for pairs, count in bucket.labels[:_MOST_LABELS]:
        text = ", ".join(f"{key}={value!r}" for key, value in pairs)
        yield [(f"{_INDENT}= labels of {count}: {visible(text)}", "gutter")]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
