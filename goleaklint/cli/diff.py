"""`goleaklint diff`: what appeared, grew, shrank and went between goroutine dumps."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from goleaklint.capture.sources import STDIN, CaptureError, is_address, opened
from goleaklint.cli import dump as dumps_of
from goleaklint.cli import pictures, terminal
from goleaklint.cli.exits import BAD_USE, CLEAN, FINDINGS
from goleaklint.cli.gates import gate_options, gates_of, thresholds_of
from goleaklint.cli.options import color_option, config_options, format_option, load_config, quiet_option
from goleaklint.cli.usage import Explained
from goleaklint.config import Config
from goleaklint.dump.account import Account
from goleaklint.dump.compare import Comparison, compare
from goleaklint.dump.gates import breaches_of_series
from goleaklint.dump.goroutines import Dump
from goleaklint.dump.persist import Census, census, with_persisting
from goleaklint.model import Diagnostic
from goleaklint.report.sources import visible


@click.command(cls=Explained, context_settings={"max_content_width": 100})
@click.argument("files", nargs=-1, required=True, metavar="BASE NEW...")
@click.option(
    "--repo",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="The checkout of the program that wrote the last dump: show creation sites and findings.",
)
@format_option
@click.option(
    "--fail-on-growth",
    type=click.IntRange(min=0),
    metavar="N",
    help="Exit with 1 when a group has more than N goroutines over what it had in the first dump.",
)
@click.option(
    "--html", metavar="FILE", help="Write a page that compares the first and the last dump; - is standard output."
)
@gate_options
@config_options
@color_option
@click.option("-v", "--verbose", count=True, help="Show the groups that are the same; say everything.")
@quiet_option
def diff(files: tuple[str, ...], **options: Any) -> int:
    """Compare goroutine dumps: two or more files, the earliest first, or a folder of them.

    The files of a folder are taken in the order of their names, numbers in them by value: dump-9 before dump-10. Groups
    are joined by wait reason and functions, so that dumps of two builds can be compared, too.

    Exit codes: 0 compared, 1 a gate does not hold, 2 when fewer than two dumps or not all named files could be read.
    """
    wanted = pictures.wanted(options)
    config = load_config(
        options["configs"], isolated=options["isolated"], paths=(options["repo"],) if options["repo"] else ()
    ).config
    paths, optional = _expanded(files)
    dumps, unread = dumps_of._read_all(paths)
    for path, message in unread:
        click.echo(f"goleaklint: {visible(path)}: {visible(message)}", err=True)
    if len(dumps) < 2:
        raise click.ClickException(f"a comparison needs two dumps or more; {len(dumps)} could be read")
    comparison = with_persisting(compare(dumps), [_census(dump) for dump in dumps])
    trouble: list[Diagnostic] = []
    accounts = _accounts(dumps, options["repo"], config, trouble)
    drawn = _drawn(dumps, accounts) if wanted else ()
    has_stdout = bool(drawn) and pictures.write(drawn[:1], wanted, drawn[-1:])
    code = _print(comparison, accounts, unread, config, options, silent=has_stdout)
    if not options["quiet"]:
        for line in dumps_of._lines(_diagnostics(dumps, accounts, trouble), everything=options["verbose"] > 0):
            click.echo(line, err=True)
    return BAD_USE if any(path not in optional for path, _ in unread) else code


def _print(
    comparison: Comparison,
    accounts: Sequence[Account],
    unread: Sequence[tuple[str, str]],
    config: Config,
    options: dict[str, Any],
    *,
    silent: bool,
) -> int:
    from goleaklint.report import gates as report

    broken = list(breaches_of_series(comparison, gates_of(options)))
    known = report.places(accounts)
    thresholds = thresholds_of(options, config)
    if silent:
        pass  # standard output has the page
    elif options["format_"] == "json":
        from goleaklint.report import diff_json

        gates = report.as_json(broken, comparison.dumps, known)
        terminal.write_out(diff_json.render(comparison, known, thresholds, gates, unread, options["repo"]))
    else:
        from goleaklint.report import diff_full

        look = terminal.look(sys.stdout, options["color"])
        text = diff_full.render(comparison, known, thresholds, look, everything=options["verbose"] > 0)
        terminal.write_out(text + report.render(broken, comparison.dumps, known, look))
    return FINDINGS if broken else CLEAN


def _accounts(dumps: Sequence[Dump], repo: str | None, config: Config, trouble: list[Diagnostic]) -> Sequence[Account]:
    """The last dump beside the checkout. The first ones too, for groups that went: their lines may have moved."""
    if repo is None:
        return ()
    from goleaklint.correlate.account import correlate
    from goleaklint.correlate.repository import Repository

    return correlate(dumps, Repository(repo), lambda directories: dumps_of._check(directories, config, trouble))


def _drawn(dumps: Sequence[Dump], accounts: Sequence[Account]) -> Sequence[Account]:
    """What the page is made of: the dumps beside the checkout, or as they are."""
    from goleaklint.report.flame.tree import bare

    return accounts or [bare(dump) for dump in dumps]


def _diagnostics(dumps: Iterable[Dump], accounts: Sequence[Account], trouble: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Drift only of the last dump: the first may well be of another build."""
    ours = [item for dump in dumps for item in dump.diagnostics]
    ours += accounts[-1].diagnostics if accounts else ()
    return list(dict.fromkeys([*ours, *trouble]))


def _census(dump: Dump) -> Census:
    if dump.path == STDIN or is_address(dump.path) or dump.format != "text":
        return {}  # it cannot be read a second time, or has no ids
    try:
        with opened(dump.path) as stream:
            return census(stream)
    except (OSError, CaptureError):
        return {}


def _expanded(paths: Iterable[str]) -> tuple[list[str], set[str]]:
    """The files, and which of them are of a folder: there something else than a dump may lie."""
    files: list[str] = []
    optional: set[str] = set()
    for path in paths:
        if not os.path.isdir(path):
            files.append(path)
            continue
        found = [f"{path.rstrip('/')}/{name}" for name in sorted(_names(path), key=natural)]
        files += found
        optional.update(found)
    return files, optional


def _names(folder: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in entries if not entry.name.startswith(".") and entry.is_file())
    except OSError as error:
        raise click.ClickException(f"cannot list {visible(folder)}: {error.strerror}") from None


def natural(name: str) -> tuple[tuple[tuple[int, str], ...], str]:
    """A key that sorts numbers in a name by value.

    >>> sorted(["d10.txt", "d9.txt"], key=natural)
    ['d9.txt', 'd10.txt']
    """
    parts = re.split(r"([0-9]{1,300})", name)
    return tuple((int(part), "") if at % 2 else (0, part) for at, part in enumerate(parts)), name
