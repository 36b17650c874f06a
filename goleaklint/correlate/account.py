"""A dump beside a repository: every bucket with its places in the checkout and the finding that predicts it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeGuard

import msgspec

from goleaklint.correlate.behind import Callers
from goleaklint.correlate.blocking import block_site
from goleaklint.correlate.creation import creation_site, handed_over_candidates, handed_over_site
from goleaklint.correlate.partners import partners
from goleaklint.correlate.predict import predict
from goleaklint.correlate.repository import Repository
from goleaklint.correlate.revisions import Past
from goleaklint.correlate.roots import creation_by_root
from goleaklint.dump.account import Account, Group, How, Site
from goleaklint.dump.goroutines import Bucket, Dump, Frame, Stack, Verdict
from goleaklint.model import Diagnostic, Finding, Rule

# Checks the packages in these directories. It is a parameter so that this layer does not depend on the engine.
Check = Callable[[Sequence[str]], tuple[Sequence[Finding], Sequence[Rule]]]

_MOST_CHECKED = 10  # candidates of a group whose packages are checked for findings: a check takes time


def correlate(dumps: Sequence[Dump], repository: Repository, check: Check, past: Past | None = None) -> list[Account]:
    """One account for each dump. `check` runs once, for the packages that occur in any of them.

    `past` is the revision that the dumped programs were built from.
    """
    placed: list[tuple[Dump, list[Group]]] = []
    callers = Callers(repository)
    callers_then = Callers(past.repository) if past is not None else callers
    for dump in dumps:
        repository.learn(_frames(dump))
        groups = [_group(bucket, repository, callers) for bucket in dump.buckets]
        if past is not None:
            past.repository.learn(_frames(dump))
            then = [_group(bucket, past.repository, callers_then) for bucket in dump.buckets]
            groups = [_today(old, new, past, repository) for old, new in zip(then, groups, strict=True)]
        placed.append((dump, groups))
    directories = sorted(
        {_directory(site) for _, groups in placed for group in groups for site in _checked_sites(group)}
    )
    findings, rules = check(directories) if directories else ((), ())
    return [
        Account(
            dump=dump,
            repository=repository.root,
            revision=past.commit if past is not None else "",
            groups=tuple(_predicted(group, findings, rules, repository) for group in groups),
            diagnostics=tuple(_drift(groups)),
        )
        for dump, groups in placed
    ]


def _today(then: Group, by_name: Group, past: Past, now: Repository) -> Group:
    return Group(
        bucket=then.bucket,
        creation=past.today(then.creation, by_name.creation, now),
        handed_over=past.today(then.handed_over, by_name.handed_over, now),
        candidates=past.all_today(then.candidates, now) or by_name.candidates,
        block=past.today(then.block, by_name.block, now),
    )


def _group(bucket: Bucket, repository: Repository, callers: Callers) -> Group:
    if bucket.verdict is Verdict.NEVER:
        return Group(bucket=bucket)
    creation, candidates = _creation(bucket, repository, callers)
    return Group(
        bucket=bucket,
        creation=creation,
        handed_over=handed_over_site(bucket.stack, creation, repository, bucket.reason)
        if creation is not None
        else None,
        candidates=candidates,
        block=block_site(bucket, repository),
    )


def _creation(bucket: Bucket, repository: Repository, callers: Callers) -> tuple[Site | None, tuple[Site, ...]]:
    """The creation site, or the places that can be it."""
    stack = bucket.stack
    if stack.created_by is None and stack.frames:
        rooted = creation_by_root(stack.frames[-1], stack.root.line if stack.root else None, repository)
        if rooted:
            return (rooted[0], ()) if len(rooted) == 1 else (None, rooted)
    creation = creation_site(stack, repository, bucket.reason)
    if creation is not None:
        return creation, ()
    if any(repository.file(frame) is not None for frame in _all_frames(stack)):
        return None, handed_over_candidates(stack, repository)
    return None, callers.behind(stack)


def _predicted(group: Group, findings: Sequence[Finding], rules: Sequence[Rule], repository: Repository) -> Group:
    if group.bucket.verdict is Verdict.NEVER:
        return group
    prediction = predict(group.bucket, group.creation, group.block, findings, rules, group.candidates)
    found = partners(group.block, repository) if prediction is None and _is_placed(group.block) else ()
    if prediction is not None:
        fix = next((rule.fix for rule in rules if rule.code == prediction.finding.code), "")
        prediction = msgspec.structs.replace(prediction, fix=fix)
    return msgspec.structs.replace(group, prediction=prediction, partners=found)


def _is_placed(site: Site | None) -> TypeGuard[Site]:
    """Whether a place is known, and is in the checkout."""
    return site is not None and site.how is not How.LOST


def _frames(dump: Dump) -> Iterable[Frame]:
    for bucket in dump.buckets:
        yield from _all_frames(bucket.stack)


def _all_frames(stack: Stack) -> Iterable[Frame]:
    yield from stack.frames
    if stack.created_by is not None:
        yield stack.created_by


def _sites(group: Group) -> list[Site]:
    return [site for site in (group.creation, group.handed_over, group.block) if site is not None]


def _checked_sites(group: Group) -> list[Site]:
    return [*_sites(group), *group.candidates[:_MOST_CHECKED]]


def _directory(site: Site) -> str:
    return site.span.path.rpartition("/")[0] or "."


def _drift(groups: Iterable[Group]) -> Iterable[Diagnostic]:
    """Where the source is not the one that the program was built from; one for each place."""
    seen: set[tuple[str, int, str]] = set()
    for group in groups:
        for site in _sites(group):
            key = (site.span.path, site.dump_line, site.note)
            if site.how is How.MOVED and site.then is not None:
                continue  # followed from the very revision
            if site.how in (How.MOVED, How.LOST) and key not in seen:
                seen.add(key)
                yield Diagnostic(path=site.span.path, line=site.dump_line, kind="drift", message=site.note)
