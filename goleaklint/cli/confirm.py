"""`goleaklint confirm`: run the tests of packages, and see which findings a goroutine dump of them shows."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from goleaklint import driver, store
from goleaklint.catalog import CatalogError
from goleaklint.cli import summary
from goleaklint.cli.exits import BAD_USE, CLEAN, FINDINGS
from goleaklint.cli.live import absolute
from goleaklint.cli.options import config_options, format_option, load_config, quiet_option
from goleaklint.cli.terminal import write_out
from goleaklint.cli.usage import Explained
from goleaklint.confirm.judging import Judgement, Status, directory_of
from goleaklint.dump.goroutines import Frame
from goleaklint.model import Confidence, Finding, Report
from goleaklint.report.sources import visible
from goleaklint.results import load_catalog

_PLACE = re.compile(r"(.+\.go):(\d+)(?::\d+)?")
_FINGERPRINT = re.compile(r"[0-9a-f]{8,32}")
_MOST_FRAMES = 6


class _Wanted(NamedTuple):
    """What the arguments ask for: paths to check, and what a finding has to be, if anything."""

    paths: tuple[str, ...]
    places: frozenset[tuple[str, int]]
    words: frozenset[str]


@click.command(cls=Explained, context_settings={"max_content_width": 100})
@click.argument("wanted", nargs=-1, metavar="[FINDING|PACKAGE]...")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="For all that go is run for.",
)
@click.option("--run", "pattern", default="", metavar="REGEXP", help="Only the tests that match, as for go test.")
@click.option("--download", is_flag=True, help="Let go fetch modules; otherwise GOPROXY is off.")
@click.option(
    "--dumps",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where to keep the dumps that show a finding (a directory for temporary files).",
)
@click.option(
    "--min-confidence",
    type=click.Choice([one.value for one in Confidence]),
    help="Findings at least this sure (medium).",
)
@format_option
@quiet_option
@config_options
def confirm(wanted: tuple[str, ...], **options: Any) -> int:
    """Run the tests of the packages with findings, and say which findings they show to be true.

    A finding is named by its place (`pool.go:23`), its fingerprint, or the code or name of its rule; a package by its
    directory (default: all below the current one). The tests run in a copy, which is removed again; nothing of yours
    is touched. With Go 1.26 and newer the runtime itself says which goroutines are leaked.

    Exit codes: 0 nothing confirmed, 1 findings confirmed, 2 bad use, or nothing could be run.
    """
    from goleaklint.confirm.copying import CopyError, root_of
    from goleaklint.confirm.running import Go, GoError
    from goleaklint.confirm.work import confirm as work

    asked = _asked(wanted)
    report = _check(asked, options)
    findings = [finding for finding in report.findings if _is_wanted(finding, asked)]
    if not findings:
        click.echo("no finding to confirm", err=True)
        return CLEAN
    placed = [absolute(finding) for finding in findings]
    try:
        go = Go(options["timeout"], download=options["download"], pattern=options["pattern"])
        if not go.has_profile and not options["quiet"]:
            click.echo(
                "goleaklint: this Go has no leak profile (1.26 has): what is left after the tests counts", err=True
            )
        root = root_of({directory_of(finding) for finding in placed})
        found = work(placed, report.rules, root, go, keep=options["dumps"], say=_silence if options["quiet"] else _say)
    except (CopyError, GoError) as error:
        raise click.ClickException(str(error)) from None
    judgements = [msgspec.structs.replace(one, finding=finding) for one, finding in zip(found, findings, strict=True)]
    write_out(
        _json(judgements) if options["format_"] == "json" else "".join(f"{line}\n" for line in _lines(judgements))
    )
    statuses = Counter(one.status for one in judgements)
    if not options["quiet"]:
        click.echo(", ".join(f"{statuses[status]} {status}" for status in Status if statuses[status]), err=True)
    if statuses[Status.CONFIRMED]:
        return FINDINGS
    return BAD_USE if statuses[Status.COULD_NOT_RUN] == len(judgements) else CLEAN


def _say(text: str) -> None:
    click.echo(f"goleaklint: {visible(text)}", err=True)


def _silence(_: str) -> None:
    pass


def _asked(arguments: Sequence[str]) -> _Wanted:
    """Raises UsageError for a word that is none of these."""
    paths: list[str] = []
    places: set[tuple[str, int]] = set()
    words: set[str] = set()
    for text in arguments:
        place = _PLACE.fullmatch(text)
        if os.path.exists(text):
            paths.append(text)
        elif place is not None and os.path.exists(place[1]):
            paths.append(place[1])
            places.add((os.path.abspath(place[1]), int(place[2])))
        elif os.sep in text or place is not None or text.endswith(".go"):
            raise click.UsageError(f"{text}: no such file or directory")
        else:
            words.add(text)
    return _Wanted(tuple(dict.fromkeys(paths)) or (".",), frozenset(places), frozenset(words))


def _check(asked: _Wanted, options: dict[str, Any]) -> Report:
    from goleaklint.golang.discover import NoSuchPath

    config = load_config(
        options["configs"],
        isolated=options["isolated"],
        options={"min-confidence": options["min_confidence"]},
        paths=asked.paths,
    ).config
    try:
        catalog = load_catalog(config)
        for word in asked.words:
            if not _FINGERPRINT.fullmatch(word):
                catalog.find(word)
        with summary.progress(quiet=options["quiet"]) as progress:
            report = driver.check_paths(asked.paths, config=config, progress=progress, cache=store.directory())
    except (CatalogError, NoSuchPath) as error:
        raise click.ClickException(str(error)) from None
    for line in summary.troubles(report):
        click.echo(line, err=True)
    return report


def _is_wanted(finding: Finding, asked: _Wanted) -> bool:
    """Whether an argument names it; all are, where none names a finding."""
    if asked.words and not any(_is_named(finding, word) for word in asked.words):
        return False
    path = os.path.abspath(finding.span.path)
    lines = {line for where, line in asked.places if where == path}
    return not asked.places or any(finding.span.line <= line <= finding.span.end_line for line in lines)


def _is_named(finding: Finding, word: str) -> bool:
    return word.upper() == finding.code or word.lower() == finding.name or finding.fingerprint.startswith(word)


def _lines(judgements: Sequence[Judgement]) -> Iterator[str]:
    for one in judgements:
        finding = one.finding
        span = finding.span
        yield visible(f"{one.status:<13}  {span.path}:{span.line}:{span.column}: {finding.code} {finding.message}")
        if one.reason:
            yield f"    {visible(one.reason)}"
        if one.goroutines:
            goroutines = "1 goroutine" if one.goroutines == 1 else f"{one.goroutines} goroutines"
            how = "leaked" if one.leaked else "left after the tests"
            place = f", in {visible(one.dump)}" if one.dump else ""
            yield f"    {goroutines} [{visible(one.wait)}] {how}{place}:"
            for frame in one.stack[:_MOST_FRAMES]:
                yield f"        {_frame(frame)}"
            if one.created_by is not None:
                yield f"        created by {_frame(one.created_by)}"


def _frame(frame: Frame) -> str:
    return f"{visible(frame.function)}  {visible(frame.file)}:{frame.line}"


def _json(judgements: Sequence[Judgement]) -> bytes:
    rows = [
        {
            "status": one.status,
            "reason": one.reason,
            "code": one.finding.code,
            "name": one.finding.name,
            "message": one.finding.message,
            "path": one.finding.span.path,
            "line": one.finding.span.line,
            "fingerprint": one.finding.fingerprint,
            "goroutines": one.goroutines,
            "leaked": one.leaked,
            "waitReason": one.wait,
            "stack": [frame._asdict() for frame in one.stack],
            "createdBy": one.created_by._asdict() if one.created_by is not None else None,
            "dump": one.dump,
        }
        for one in judgements
    ]
    return msgspec.json.format(msgspec.json.encode({"schemaVersion": 1, "findings": rows})) + b"\n"
