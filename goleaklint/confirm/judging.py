"""Which findings the dumps of tests show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import msgspec

from goleaklint.confirm.harness import Moment
from goleaklint.correlate.account import correlate
from goleaklint.correlate.repository import Repository
from goleaklint.dump.account import Account
from goleaklint.dump.goroutines import Bucket, Dump, Frame, Verdict
from goleaklint.model import Finding, Rule

_LEFT = frozenset({Verdict.LEAK, Verdict.CANDIDATE, Verdict.POSSIBLE})
_PROFILED = ("chan ", "select", "sync.", "semacquire")
"""Wait reasons, by their beginnings, that a leak profile judges (runtime/runtime2.go: isChanWait, isSyncWait)."""


class Status(StrEnum):
    """What running the tests says of a finding."""

    CONFIRMED = "confirmed"
    NOT_SEEN = "not seen"
    COULD_NOT_RUN = "could not run"


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the tests of its package say of a finding: how many goroutines of what stack, in which dump; or why not.

    `leaked`: the runtime calls them so. Otherwise they are those that the tests have left behind.
    """

    finding: Finding
    status: Status
    reason: str = ""
    goroutines: int = 0
    leaked: bool = False
    wait: str = ""
    stack: tuple[Frame, ...] = ()
    created_by: Frame | None = None
    dump: str = ""


class Captured(NamedTuple):
    """A dump of tests; `path` tells the process."""

    dump: Dump
    moment: Moment
    path: Path


class _Seen(NamedTuple):
    """The goroutines of one finding in one dump, and the largest group of them."""

    number: int
    bucket: Bucket
    captured: Captured


def judge(
    findings: Sequence[Finding],
    rules: Sequence[Rule],
    captured: Mapping[str, Sequence[Captured]],
    reasons: Mapping[str, str],
    repository: Repository,
) -> list[Judgement]:
    """One judgement for each finding, in their order.

    `captured` has the dumps by the directory of the package whose tests left them, `reasons` why there are none, or
    not all. What the runtime calls leaked is. It judges waits for what package sync has and for channels, unless a
    timer may send on them: of other waits, and where Go has no leak profile, those count that are more after the tests
    than before.
    """
    dumps = [one for several in captured.values() for one in several]
    accounts = correlate([_stuck(one) for one in dumps], repository, lambda _: (findings, rules)) if dumps else []
    seen: dict[int, list[_Seen]] = {}
    for one, account in zip(dumps, accounts, strict=True):
        for key, groups in _predicted(account).items():
            counts = {bucket: _count(bucket, one) for bucket in groups}
            largest = max(groups, key=lambda bucket: counts[bucket])
            seen.setdefault(key, []).append(_Seen(sum(counts.values()), largest, one))
    timed = {rule.code for rule in rules if "sleep" in rule.wait_reasons}
    profiled = any(one.moment is Moment.LEAKED for one in dumps)
    judgements = []
    for finding in findings:
        where = directory_of(finding)
        found = _judged(finding, seen.get(id(finding), ()), not profiled or finding.code in timed)
        if found is None and captured.get(where):
            found = Judgement(finding=finding, status=Status.NOT_SEEN, reason=reasons.get(where, ""))
        if found is None:
            why = reasons.get(where, "it was not run")
            found = Judgement(finding=finding, status=Status.COULD_NOT_RUN, reason=why)
        judgements.append(found)
    return judgements


def _stuck(one: Captured) -> Dump:
    return msgspec.structs.replace(
        one.dump,
        buckets=tuple(bucket for bucket in one.dump.buckets if _count(bucket, one) and bucket.verdict in _LEFT),
    )


def _count(bucket: Bucket, one: Captured) -> int:
    return bucket.leaked if one.moment is Moment.LEAKED else bucket.count


def _predicted(account: Account) -> dict[int, list[Bucket]]:
    """The groups of a dump by the finding that predicts them."""
    found: dict[int, list[Bucket]] = {}
    for group in account.groups:
        if group.prediction is not None:
            found.setdefault(id(group.prediction.finding), []).append(group.bucket)
    return found


def _judged(finding: Finding, seen: Sequence[_Seen], unprofiled: bool) -> Judgement | None:
    """None where no goroutine of it was there."""
    leaked = [one for one in seen if one.captured.moment is Moment.LEAKED]
    if leaked:
        return _of(finding, Status.CONFIRMED, max(leaked, key=lambda one: one.number), "")
    before = {one.captured.path.stem: one.number for one in seen if one.captured.moment is Moment.BEFORE}
    left = [
        one._replace(number=one.number - before.get(one.captured.path.stem, 0))
        for one in seen
        if one.captured.moment is Moment.AFTER
    ]
    most = max(left, key=lambda one: one.number, default=None)
    if most is None or most.number <= 0:
        return None
    if unprofiled or not most.bucket.reason.startswith(_PROFILED):
        return _of(finding, Status.CONFIRMED, most, "")
    return _of(
        finding, Status.NOT_SEEN, most, "the runtime does not call them leaked: something is left that may wake them"
    )


def _of(finding: Finding, status: Status, seen: _Seen, reason: str) -> Judgement:
    return Judgement(
        finding=finding,
        status=status,
        reason=reason,
        goroutines=seen.number,
        leaked=seen.captured.moment is Moment.LEAKED,
        wait=seen.bucket.reason,
        stack=seen.bucket.stack.frames,
        created_by=seen.bucket.stack.created_by,
        dump=str(seen.captured.path),
    )


def directory_of(finding: Finding) -> str:
    """The directory of the package of a finding."""
    return finding.span.path.rpartition("/")[0]
