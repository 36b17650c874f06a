"""Which findings the dumps of tests show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from goleaklint.correlate.account import correlate
from goleaklint.correlate.repository import Repository
from goleaklint.dump.goroutines import Bucket, Dump, Frame, Verdict
from goleaklint.model import Finding, Rule

_LEFT = frozenset({Verdict.LEAK, Verdict.CANDIDATE})


class Status(StrEnum):
    """What running the tests says of a finding."""

    CONFIRMED = "confirmed"
    NOT_SEEN = "not seen"
    COULD_NOT_RUN = "could not run"


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the tests of its package say of a finding: how many goroutines of what stack, in which dump; or why not."""

    finding: Finding
    status: Status
    reason: str = ""
    goroutines: int = 0
    wait: str = ""
    stack: tuple[Frame, ...] = ()
    created_by: Frame | None = None
    dump: str = ""


class Captured(NamedTuple):
    """A dump of tests, and whether it marks goroutines that are leaked."""

    dump: Dump
    is_profile: bool
    path: str


def judge(
    findings: Sequence[Finding],
    rules: Sequence[Rule],
    captured: Mapping[str, Sequence[Captured]],
    reasons: Mapping[str, str],
    repository: Repository,
) -> list[Judgement]:
    """One judgement for each finding, in their order.

    `captured` has the dumps by the directory of the package whose tests left them, `reasons` why there are none. Where
    the profile marks what is leaked, only that counts; elsewhere what still waits when the tests are over.
    """
    best: dict[int, Judgement] = {}
    dumps = [one for several in captured.values() for one in several]
    accounts = correlate([_stuck(one) for one in dumps], repository, lambda _: (findings, rules)) if dumps else []
    for one, account in zip(dumps, accounts, strict=True):
        for group in account.groups:
            if group.prediction is None:
                continue
            finding, bucket = group.prediction.finding, group.bucket
            known = best.get(id(finding))
            count = bucket.leaked if one.is_profile else bucket.count
            if known is None or known.goroutines < count:
                best[id(finding)] = Judgement(
                    finding=finding,
                    status=Status.CONFIRMED,
                    goroutines=count,
                    wait=bucket.reason,
                    stack=bucket.stack.frames,
                    created_by=bucket.stack.created_by,
                    dump=one.path,
                )
    return [best.get(id(finding)) or _unseen(finding, captured, reasons) for finding in findings]


def _stuck(one: Captured) -> Dump:
    return msgspec.structs.replace(
        one.dump, buckets=tuple(bucket for bucket in one.dump.buckets if _counts(bucket, one.is_profile))
    )


def _counts(bucket: Bucket, is_profile: bool) -> bool:
    return bucket.leaked > 0 if is_profile else bucket.verdict in _LEFT


def directory_of(finding: Finding) -> str:
    """The directory of the package of a finding."""
    return finding.span.path.rpartition("/")[0]


def _unseen(finding: Finding, captured: Mapping[str, Sequence[Captured]], reasons: Mapping[str, str]) -> Judgement:
    where = directory_of(finding)
    if captured.get(where):
        return Judgement(finding=finding, status=Status.NOT_SEEN)
    return Judgement(finding=finding, status=Status.COULD_NOT_RUN, reason=reasons.get(where, "it was not run"))
