"""`goleaklint dump`: tie goroutine dumps to the source that made them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import msgspec

from goleaklint.capture.packed import CaptureError
from goleaklint.capture.sources import is_address, listed, opened
from goleaklint.cli import pictures, terminal
from goleaklint.cli.exits import BAD_USE, CLEAN, FINDINGS
from goleaklint.cli.gates import gate_options, gates_of, thresholds_of
from goleaklint.cli.options import color_option, config_options, format_option, load_config, quiet_option
from goleaklint.cli.usage import Explained
from goleaklint.config import Config
from goleaklint.correlate.sourceless import has_source, unplaced
from goleaklint.dump.account import Account
from goleaklint.dump.formats import NotADumpError, read
from goleaklint.dump.gates import breaches
from goleaklint.dump.goroutines import Dump
from goleaklint.golang.paths import tidy
from goleaklint.model import Confidence, Diagnostic, Finding, Rule
from goleaklint.report.sources import visible

if TYPE_CHECKING:
    from goleaklint.correlate.revisions import Past

_MOST_DIAGNOSTICS = 10


class Unread(NamedTuple):
    """A file that could not be read, and why."""

    path: str
    message: str


@click.command(cls=Explained, context_settings={"max_content_width": 100})
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--repo",
    default=".",
    show_default=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="The checkout of the program that wrote the dumps.",
)
@click.option(
    "--join",
    "joined",
    is_flag=True,
    help="The files are captures of one process and one moment: make one of them (debug=2 and a profile, for example).",
)
@click.option("--rev", metavar="REV", help="The revision that the program was built from, read from git.")
@click.option(
    "--binary",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="The program itself: it says which revision it was built from.",
)
@format_option
@pictures.picture_options
@click.option(
    "--write-test",
    metavar="DIR|FILE",
    help="Write regression tests in Go for what leaks, each in its package's place below DIR.",
)
@gate_options
@config_options
@color_option
@click.option("-v", "--verbose", count=True, help="Say everything on standard error.")
@quiet_option
def dump(files: tuple[str, ...], **options: Any) -> int:
    """Show what is stuck in the goroutine dumps FILE..., and where in the source it comes from.

    A FILE is what a panic, a fatal error, SIGQUIT or /debug/pprof/goroutine printed (debug=2, debug=1 or protobuf, also
    of goroutineleak), packed by gzip or zstd or not. It may stand in a log: behind other output and prefixes, in
    records of JSON and logfmt, among the lines of other sources.
    `-` is standard input, a folder stands for the files in it, and an http(s) URL is fetched: that of a server, or of
    /debug/pprof, stands for its goroutine?debug=2.

    Exit codes: 0 when a dump could be read, 1 when a gate (--max-...) does not hold, 2 when no dump could be read.
    """
    from goleaklint.cli.revision import past_of
    from goleaklint.report import gates as gates_report

    wanted = pictures.wanted(options)
    repo = options["repo"]
    config = load_config(options["configs"], isolated=options["isolated"], paths=(repo,)).config
    dumps, unread = _read_all(files, quiet=options["quiet"])
    if options["joined"]:
        from goleaklint.dump.join import join

        if len(dumps) < 2:
            raise click.ClickException(_explained(unread, len(dumps)))
        dumps = [join(dumps)]
    past, trouble = past_of(repo, options["rev"], options["binary"])
    if past is None and not options["write_test"] and not has_source(repo):
        accounts = unplaced(dumps, repo)
    else:
        accounts = _placed(dumps, config, past, trouble, options)
    thresholds, gates = thresholds_of(options, config), gates_of(options)
    broken = [breach for index, each in enumerate(dumps) for breach in breaches(each, gates, index)]
    known = gates_report.places(accounts)
    if accounts and pictures.write(accounts, wanted):
        pass  # a picture's, and nothing else's
    elif options["format_"] == "json":
        from goleaklint.report import dump_json

        failed = gates_report.as_json(broken, dumps, known)
        terminal.write_out(dump_json.render(accounts, tidy(repo), unread, thresholds, failed))
    elif accounts:
        from goleaklint.report import dump_full

        look = terminal.look(sys.stdout, options["color"])
        text = dump_full.render(accounts, look, thresholds)
        terminal.write_out(text + gates_report.render(broken, dumps, known, look))
    for path, message in unread:
        click.echo(f"goleaklint: {visible(path)}: {visible(message)}", err=True)
    if not options["quiet"]:
        for line in _lines(_diagnostics(accounts, trouble), everything=options["verbose"] > 0):
            click.echo(line, err=True)
    if not dumps:
        return BAD_USE
    return FINDINGS if broken else CLEAN


def _read_all(names: Iterable[str], *, quiet: bool = False) -> tuple[list[Dump], list[Unread]]:
    """What could be read, and what could not; a file that is named twice is read once."""
    dumps: list[Dump] = []
    unread: list[Unread] = []
    for name in listed(names):
        if is_address(name) and not quiet:
            from goleaklint.capture.address import profile_address

            click.echo(f"goleaklint: fetching {visible(profile_address(name))}", err=True)
        try:
            with opened(name) as stream:
                found = read(stream, name)
                if stream.damage:
                    damage = Diagnostic(path=name, kind="dump", message=stream.damage)
                    found = msgspec.structs.replace(found, diagnostics=(*found.diagnostics, damage), incomplete=True)
                dumps.append(found)
        except (NotADumpError, CaptureError) as error:
            unread.append(Unread(name, str(error)))
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            unread.append(Unread(name, (getattr(error, "strerror", None) or str(error)).lower()))
    return dumps, unread


def _explained(unread: Sequence[Unread], read: int) -> str:
    reasons = "".join(f"; {visible(path)}: {visible(message)}" for path, message in unread)
    return f"--join needs two captures or more; {read} could be read{reasons}"


def _placed(
    dumps: Sequence[Dump], config: Config, past: Past | None, trouble: list[Diagnostic], options: dict[str, Any]
) -> list[Account]:
    """The accounts of the dumps beside the checkout, and what is to be written into it."""
    from goleaklint.correlate.account import correlate
    from goleaklint.correlate.repository import Repository

    repository = Repository(options["repo"])
    with contextlib.closing(past) if past is not None else contextlib.nullcontext():
        accounts = correlate(dumps, repository, lambda directories: _check(directories, config, trouble), past)
    if options["write_test"]:
        from goleaklint.cli import leak_tests

        written = leak_tests.write(options["write_test"], accounts, repository)
        for line in () if options["quiet"] else written:
            click.echo(line, err=True)
    return accounts


def _check(
    directories: Sequence[str], config: Config, trouble: list[Diagnostic]
) -> tuple[Sequence[Finding], Sequence[Rule]]:
    """The findings in these directories, not below them.

    A dump is evidence: findings of low confidence and suppressed ones count, too. What goes wrong in the check must not
    cost the account of the dump.
    """
    from goleaklint import driver, store

    files = [path for directory in directories for path in _go_files(directory)]
    wanted = msgspec.structs.replace(config, min_confidence=Confidence.LOW)
    if not files:
        return (), ()
    try:
        report = driver.check_paths(files, config=wanted, ignore_suppressions=True, cache=store.directory())
    except Exception as error:
        message = f"no findings: {type(error).__name__}: {error}".partition("\n")[0]
        trouble.append(Diagnostic(path=".", kind="internal", message=message))
        return (), ()
    trouble.extend(item for item in report.diagnostics if item.kind != "over-budget")
    return report.findings, report.rules


def _go_files(directory: str) -> list[str]:
    names = sorted(path.name for path in Path(directory).glob("*.go") if not path.name.startswith(("_", ".")))
    return names if directory == "." else [f"{directory.rstrip('/')}/{name}" for name in names]


def _diagnostics(accounts: Iterable[Account], trouble: Iterable[Diagnostic]) -> list[Diagnostic]:
    ours = [item for account in accounts for item in (*account.dump.diagnostics, *account.diagnostics)]
    return list(dict.fromkeys([*ours, *trouble]))


def _lines(diagnostics: Sequence[Diagnostic], *, everything: bool) -> Iterator[str]:
    most = len(diagnostics) if everything else _MOST_DIAGNOSTICS
    for item in diagnostics[:most]:
        place = f"{item.path}:{item.line}" if item.line else item.path
        yield f"{visible(place)}: {item.kind}: {visible(item.message)}"
    if len(diagnostics) > most:
        yield f"and {len(diagnostics) - most} more like these; -v shows all"
