"""The gates that did not hold: which, the value over its limit, the group that stands for it, where it was created.

gate --fail-on-growth 10: 20 more goroutines [chan send], from 3 to 23
  in example.com/shop/internal/orders.Place.func1 /srv/src/example.com/shop/internal/orders/orders.go:20
  created by example.com/shop/internal/orders.Place at internal/orders/orders.go:18:2
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from goleaklint.dump.account import Account, Group
from goleaklint.dump.gates import Breach
from goleaklint.dump.goroutines import Bucket, Dump
from goleaklint.dump.patterns import own_frame
from goleaklint.report.formats import Look
from goleaklint.report.sources import utf8, visible

_MOST = 10

Places = Mapping[int, Group]


def places(accounts: Sequence[Account]) -> Places:
    """The groups by the identity of their buckets, for the creation sites in the checkout."""
    return {id(group.bucket): group for account in accounts for group in account.groups}


def render(breaches: Sequence[Breach], dumps: Sequence[Dump], known: Places, look: Look) -> str:
    """A few lines for each, with an empty line behind the last; nothing when all hold."""
    if not breaches:
        return ""
    text = ""
    for breach in breaches[:_MOST]:
        head = f"gate --{breach.gate} {_number(breach.limit)}"
        label = _red(head) if look.color else head
        where = f" in {visible(dumps[breach.dump].path)}" if len(dumps) > 1 and breach.gate != "fail-on-growth" else ""
        text += f"{label}: {visible(_value(breach))}{where}\n"
        text += "".join(f"  {line}\n" for line in _group(breach.bucket, known))
    if len(breaches) > _MOST:
        text += f"and {len(breaches) - _MOST} more like these; --format json has them all\n"
    return text + "\n"


def as_json(breaches: Sequence[Breach], dumps: Sequence[Dump], known: Places) -> list[dict[str, Any]]:
    """One object for each; docs/json.md describes them."""
    return [
        {
            "gate": breach.gate,
            "limit": breach.limit,
            "value": breach.value,
            "path": utf8(dumps[breach.dump].path),
            "group": _group_json(breach, known),
        }
        for breach in breaches
    ]


def _value(breach: Breach) -> str:
    bucket = breach.bucket
    group = f" [{bucket.reason}]" if bucket is not None else ""
    if breach.gate == "fail-on-growth" and bucket is not None:
        now = breach.before + int(breach.value)
        return f"{int(breach.value)} more goroutine{'s' * (breach.value != 1)}{group}, from {breach.before} to {now}"
    if breach.gate == "max-wait" and bucket is not None:
        return f"{bucket.count} goroutine{'s' * (bucket.count != 1)}{group} for up to {int(breach.value)} minutes"
    most = f", most of them {bucket.count}{group}" if bucket is not None else ""
    if breach.gate == "max-blocked-share":
        return f"{_number(breach.value)} % of the goroutines are blocked{most}"
    return f"{int(breach.value)} goroutines{most}"


def _group(bucket: Bucket | None, known: Places) -> Iterator[str]:
    if bucket is None:
        return
    frame = own_frame(bucket.stack) or next(iter(bucket.stack.frames), None)
    if frame is not None:
        yield f"in {visible(frame.function)} {visible(frame.file)}:{frame.line}"
    creator = bucket.stack.created_by
    group = known.get(id(bucket))
    site = group.creation if group is not None else None
    if site is not None:
        by = f"created by {visible(creator.function)}" if creator is not None else "created"
        yield f"{by} at {visible(site.span.path)}:{site.span.line}:{site.span.column}"
    elif creator is not None:
        yield f"created by {visible(creator.function)} {visible(creator.file)}:{creator.line}"
    if group is not None and group.prediction is not None:
        finding = group.prediction.finding
        yield f"predicted by {finding.code} {finding.name}: {visible(finding.message)}"


def _group_json(breach: Breach, known: Places) -> dict[str, Any] | None:
    bucket = breach.bucket
    if bucket is None:
        return None
    frame = own_frame(bucket.stack) or next(iter(bucket.stack.frames), None)
    creator = bucket.stack.created_by
    group = known.get(id(bucket))
    site = group.creation if group is not None else None
    return {
        "reason": utf8(bucket.reason),
        "count": bucket.count,
        "before": breach.before if breach.gate == "fail-on-growth" else None,
        "function": utf8(frame.function) if frame is not None else "",
        "createdBy": utf8(creator.function) if creator is not None else "",
        "creation": None
        if site is None
        else {"path": utf8(site.span.path), "line": site.span.line, "column": site.span.column},
    }


def _number(value: float) -> str:
    return f"{value:g}"


def _red(text: str) -> str:
    return f"\x1b[1;31m{text}\x1b[0m"
