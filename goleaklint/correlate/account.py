"""A dump beside a repository: every bucket with its places in the checkout and the finding that predicts it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from goleaklint.correlate.blocking import block_site
from goleaklint.correlate.creation import creation_site, handed_over_site
from goleaklint.correlate.predict import predict
from goleaklint.correlate.repository import Repository
from goleaklint.dump.account import Account, Group, How, Site
from goleaklint.dump.goroutines import Dump, Frame, Verdict
from goleaklint.model import Diagnostic, Finding, Rule

# Checks the packages in these directories. It is a parameter so that this layer does not depend on the engine.
Check = Callable[[Sequence[str]], tuple[Sequence[Finding], Sequence[Rule]]]


def correlate(dumps: Sequence[Dump], repository: Repository, check: Check) -> list[Account]:
    """One account for each dump. `check` runs once, for the packages that occur in any of them."""
    placed: list[tuple[Dump, list[Group]]] = []
    for dump in dumps:
        repository.learn(_frames(dump))
        placed.append((dump, [_group(dump, index, repository) for index in range(len(dump.buckets))]))
    directories = sorted({_directory(site) for _, groups in placed for group in groups for site in _sites(group)})
    findings, rules = check(directories) if directories else ((), ())
    return [
        Account(
            dump=dump,
            repository=repository.root,
            groups=tuple(_predicted(group, findings, rules) for group in groups),
            diagnostics=tuple(_drift(groups)),
        )
        for dump, groups in placed
    ]


def _group(dump: Dump, index: int, repository: Repository) -> Group:
    bucket = dump.buckets[index]
    if bucket.verdict is Verdict.NEVER:
        return Group(bucket=bucket)
    creation = creation_site(bucket.stack, repository)
    return Group(
        bucket=bucket,
        creation=creation,
        handed_over=handed_over_site(bucket.stack, creation, repository) if creation is not None else None,
        block=block_site(bucket, repository),
    )


def _predicted(group: Group, findings: Sequence[Finding], rules: Sequence[Rule]) -> Group:
    prediction = None
    if group.bucket.verdict is not Verdict.NEVER:
        prediction = predict(group.bucket, group.creation, group.block, findings, rules)
    if prediction is not None:
        fix = next((rule.fix for rule in rules if rule.code == prediction.finding.code), "")
        prediction = msgspec.structs.replace(prediction, fix=fix)
    return msgspec.structs.replace(group, prediction=prediction)


def _frames(dump: Dump) -> Iterable[Frame]:
    for bucket in dump.buckets:
        yield from bucket.stack.frames
        if bucket.stack.created_by is not None:
            yield bucket.stack.created_by


def _sites(group: Group) -> list[Site]:
    return [site for site in (group.creation, group.handed_over, group.block) if site is not None]


def _directory(site: Site) -> str:
    return site.span.path.rpartition("/")[0] or "."


def _drift(groups: Iterable[Group]) -> Iterable[Diagnostic]:
    """Where the source is not the one that the program was built from; one for each place."""
    seen: set[tuple[str, int, str]] = set()
    for group in groups:
        for site in _sites(group):
            key = (site.span.path, site.dump_line, site.note)
            if site.how in (How.MOVED, How.LOST) and key not in seen:
                seen.add(key)
                yield Diagnostic(path=site.span.path, line=site.dump_line, kind="drift", message=site.note)
