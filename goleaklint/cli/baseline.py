"""`goleaklint baseline`: accept today's findings, see what became of them, and drop what is found no more."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from goleaklint import driver, store
from goleaklint.catalog import CatalogError
from goleaklint.cli import accepted, summary, terminal
from goleaklint.cli.accepted import Compared
from goleaklint.cli.exits import CLEAN, FINDINGS
from goleaklint.cli.options import config_options, load_config
from goleaklint.cli.usage import ExplainedGroup
from goleaklint.config import Config, repository_root, working_directory
from goleaklint.filters.baseline import Entry
from goleaklint.model import Report
from goleaklint.report.sources import visible

FILE_NAME = "goleaklint-baseline.json"

F = TypeVar("F", bound=Callable[..., Any])


@click.group(cls=ExplainedGroup)
def baseline() -> None:
    """Accept the findings of today, so that `check --baseline FILE` shows only what comes after.

    The baseline is a file to commit and review: one block for each finding, without line numbers. Without --baseline it
    is the one of the configuration (key `baseline`), else goleaklint-baseline.json in the root of the repository.
    """


def _options(command: F) -> F:
    paths = click.argument("paths", nargs=-1, type=click.Path())
    file = click.option(
        "--baseline",
        "file",
        type=click.Path(),
        metavar="FILE",
        help="The file of the baseline (goleaklint-baseline.json in the root).",
    )
    caching = click.option("--cache/--no-cache", "caching", default=True, help="Keep results between runs.")
    return paths(file(caching(config_options(command))))


@baseline.command(short_help="Write the findings of today to the baseline.")
@_options
def write(paths: tuple[str, ...], file: str | None, **options: Any) -> int:
    """Write the findings of PATHS (default: the current directory) to the baseline.

    Entries of an existing baseline about other files, and about rules that are off, stay.
    """
    config, path, report, paths = _run(paths, file, options)
    entries = accepted.read(path) if path.exists() else []
    compared = accepted.compare(report, entries, config, paths)
    accepted.write(path, [*compared.now["known"], *compared.now["new"], *compared.unseen])
    said = f"{_entries(len(report.findings))} written to {_shown(path)}"
    said += f"; {_entries(len(compared.unseen))} about what was not looked at kept" * bool(compared.unseen)
    click.echo(said, err=True)
    if config.baseline_file() != path:
        click.echo(f"use it: goleaklint check --baseline {_shown(path)}", err=True)
    return CLEAN


@baseline.command()
@_options
def status(paths: tuple[str, ...], file: str | None, **options: Any) -> int:
    """List the entries of the baseline that are found no more. Exits with 1 when there are any."""
    config, path, report, paths = _run(paths, file, options)
    compared = accepted.compare(report, accepted.read(path), config, paths)
    terminal.write_out("".join(_stale(compared.stale)))
    moved = sum(old.path != now.path for old, now in _pairs(compared))
    parts = [f"{_entries(len(compared.matched.known))} found"]
    parts += [f"{moved} of them in another file"] * bool(moved)
    parts += [f"{len(compared.stale)} stale"]
    parts += [f"{len(compared.unseen)} not looked at"] * bool(compared.unseen)
    parts += [f"{len(compared.matched.new)} new finding{'' if len(compared.matched.new) == 1 else 's'}"]
    click.echo(", ".join(parts), err=True)
    return FINDINGS if compared.stale else CLEAN


@baseline.command(short_help="Remove the entries that are found no more.")
@_options
def prune(paths: tuple[str, ...], file: str | None, **options: Any) -> int:
    """Remove the entries that are found no more, and give those in renamed files their new path.

    Accepts nothing new.
    """
    config, path, report, paths = _run(paths, file, options)
    compared = accepted.compare(report, accepted.read(path), config, paths)
    moved = sum(old.path != now.path for old, now in _pairs(compared))
    if compared.stale or moved:
        accepted.write(path, [*compared.now["known"], *compared.unseen])
    terminal.write_out("".join(_stale(compared.stale)))
    said = f"{_entries(len(compared.stale))} removed from {_shown(path)}" + f", {moved} moved" * bool(moved)
    click.echo(said, err=True)
    return CLEAN


def _run(
    paths: tuple[str, ...], file: str | None, options: dict[str, Any]
) -> tuple[Config, Path, Report, tuple[str, ...]]:
    from goleaklint.golang.discover import NoSuchPath

    paths = paths or (".",)
    config = load_config(options["configs"], isolated=options["isolated"], paths=paths).config
    path = Path(file).absolute() if file else config.baseline_file()
    path = path or repository_root(working_directory(paths)) / FILE_NAME
    if path.exists():
        accepted.read(path)  # before the work, for its errors
    try:
        with summary.progress(quiet=False) as progress:
            report = driver.check_paths(
                paths,
                config=config,
                progress=progress,
                cache=store.directory() if options["caching"] else None,
            )
    except (CatalogError, NoSuchPath) as error:
        raise click.ClickException(str(error)) from error
    for line in summary.troubles(report):
        click.echo(line, err=True)
    return config, path, report, paths


def _pairs(compared: Compared) -> Iterator[tuple[Entry, Entry]]:
    return zip((old for old, _ in compared.matched.known), compared.now["known"], strict=True)


def _stale(entries: Sequence[Entry]) -> Iterator[str]:
    for one in entries:
        function = f" in {visible(one.function)}" if one.function else ""
        yield f"{visible(one.path)}: {one.rule}: {visible(one.message)}{function}\n"


def _entries(number: int) -> str:
    return f"{number} entr{'y' if number == 1 else 'ies'}"


def _shown(path: Path) -> str:
    relative = os.path.relpath(path)
    return visible(path.as_posix() if relative.startswith("..") else Path(relative).as_posix())
