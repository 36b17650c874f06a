"""`goleaklint check`: find goroutine leaks in Go source."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from goleaklint import driver, store
from goleaklint.catalog import CatalogError
from goleaklint.cli import new_code, summary, terminal
from goleaklint.cli.exits import BAD_USE, CLEAN, FINDINGS
from goleaklint.cli.options import color_option, config_options, load_config, quiet_option, words
from goleaklint.cli.usage import Explained
from goleaklint.config import FORMATS, Config
from goleaklint.model import Confidence, Report, Severity
from goleaklint.report import formats

_STDIN = "-"
_UNREAD = frozenset({"unreadable", "binary", "partly-parsed"})


class _Command(Explained):
    """`--add-ignore` alone has a reason, too; click would take the path behind it for one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        from goleaklint.filters.directives import PLACEHOLDER

        end = args.index("--") if "--" in args else len(args)
        named = [f"{arg}={PLACEHOLDER}" if arg == "--add-ignore" else arg for arg in args[:end]]
        return super().parse_args(ctx, named + args[end:])


@click.command(cls=_Command, context_settings={"max_content_width": 100})
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    metavar="FORMAT",
    help=f"What to write to standard output: {', '.join(FORMATS[:-1])} or {FORMATS[-1]} (full).",
)
@click.option("--output", multiple=True, metavar="FORMAT=PATH", help="Write a format to a file too. Can be repeated.")
@click.option(
    "--select", multiple=True, metavar="RULES", help="Only these rules, by code or name, with commas between them."
)
@click.option("--ignore", multiple=True, metavar="RULES", help="Not these rules.")
@click.option("--preview/--no-preview", default=None, help="Also the rules that are in preview.")
@click.option(
    "--rules", "folders", multiple=True, type=click.Path(), metavar="DIR", help="A folder with rules of your own."
)
@click.option(
    "--min-confidence",
    type=click.Choice([word.value for word in Confidence]),
    help="Show findings at least this sure (medium).",
)
@click.option(
    "--fail-on",
    type=click.Choice([word.value for word in Severity]),
    help="Exit with 1 for findings at least this bad (warning).",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out paths that match, as in .gitignore.")
@click.option("--force-exclude", is_flag=True, help="Leave out what is excluded even when it is named.")
@click.option("--gitignore/--no-gitignore", default=None, help="Heed .gitignore.")
@click.option("--tests/--no-tests", default=None, help="Check _test.go files.")
@click.option(
    "--closed-roots/--no-closed-roots",
    default=None,
    help="Explore functions that are given nothing, such as tests and main, as whole programs.",
)
@click.option(
    "--generated",
    type=click.Choice(["strict", "lax", "lint"]),
    help="Which files are generated, and left out: strict is go.dev/s/generatedcode, lint none (strict).",
)
@click.option("--strict-parse", is_flag=True, default=None, help="Exit with 2 when a file cannot be read or parsed.")
@click.option(
    "--baseline",
    type=click.Path(),
    metavar="FILE",
    help="Leave out the findings that are in it (see `goleaklint baseline`).",
)
@new_code.options
@click.option("--ignore-suppressions", is_flag=True, help="Show what comments suppress.")
@click.option(
    "--stdin-filename", type=click.Path(), metavar="PATH", help="What the Go file on standard input (-) is called."
)
@click.option(
    "--dump",
    "dumps",
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help="A goroutine dump of the program: the findings that most goroutines show come first. Can be repeated.",
)
@click.option("--jobs", "-j", type=click.IntRange(min=0), metavar="N", help="Processes; 0 is as many as processors.")
@click.option("--cache/--no-cache", "caching", default=True, help="Keep results between runs (see `goleaklint cache`).")
@click.option("--fix", "fixing", is_flag=True, help="Repair what can be repaired without changing anything else.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --fix or --diff: also fixes that may change what the code does."
)
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--add-ignore",
    "reason",
    metavar="[=REASON]",
    help="Write a comment that suppresses it above each finding that is shown.",
)
@click.option("--statistics", is_flag=True, help="Count the findings of each rule, on standard error.")
@config_options
@color_option
@click.option("-v", "--verbose", count=True, help="Say more on standard error.")
@quiet_option
def check(paths: tuple[str, ...], **options: Any) -> int:
    """Find goroutine leaks in the Go files and directories PATHS (default: the current directory).

    A file that is named is analysed together with its package; findings are reported in the named files only.
    `-` is one file on standard input. What stands in parentheses holds when neither an option nor
    the configuration says otherwise.

    Exit codes: 0 no finding at or above --fail-on, 1 findings, 2 bad use, bad configuration or an internal error.
    """
    paths = paths or (".",)
    outputs = [_output(text) for text in options["output"]]
    config = load_config(
        options["configs"], isolated=options["isolated"], options=_choices(options), paths=paths
    ).config
    if options["unsafe_fixes"] and not (options["fixing"] or options["diff"]):
        raise click.UsageError("--unsafe-fixes is for --fix and --diff")
    is_editing = options["fixing"] or options["diff"] or options["reason"] is not None
    if options["reason"] is not None:
        _check_reason(options)
    if options["dumps"] and is_editing:
        raise click.UsageError("--dump tells of the code as it ran: fix it in a run of its own")
    if new_code.is_asked(options) and is_editing:
        raise click.UsageError(f"{_editor(options)} changes lines: tell what is new in a run of its own")
    if options["new_from_patch"] == _STDIN and _STDIN in paths:
        raise click.UsageError("standard input (-) cannot be both a patch and a Go file")
    paths, given = _standard_input(paths, options["stdin_filename"])
    if options["dumps"]:
        from goleaklint.cli import live

        captured = live.read(options["dumps"])
        report = live.counted(_check(paths, config, given, options), captured, paths)
    else:
        report = _check(paths, config, given, options)
    is_filter = bool(given) and is_editing and not options["diff"]
    code = CLEAN
    if is_editing:
        report, code = _edit(report, paths, config, given, options)
        if options["diff"]:
            return code
    look = terminal.look(sys.stdout, options["color"])
    for name, path in outputs:
        try:
            terminal.write_file(path, formats.render(name, report, terminal.FILE_LOOK))
        except OSError as error:
            raise click.ClickException(f"cannot write {path}: {error.strerror}") from None
    if is_filter:
        # standard output has the fixed source
        click.echo(formats.render("concise", report, terminal.FILE_LOOK), err=True, nl=False)
    else:
        terminal.write_out(formats.render(config.format, report, look))
    if not options["quiet"]:
        if "sarif" in (config.format, *(name for name, _ in outputs)):
            from goleaklint.report import sarif

            for text in sarif.cuts(report):
                click.echo(f"sarif: {text}", err=True)
        summary.write(report, config, verbose=options["verbose"], statistics=options["statistics"])
    return max(code, exit_code(report, config, exit_zero=options["exit_zero"]))


def _check_reason(options: dict[str, Any]) -> None:
    """Raises UsageError for a reason that no comment can hold, and for what does not go with --add-ignore."""
    from goleaklint.filters import directives

    if trouble := directives.trouble_of(options["reason"]):
        raise click.UsageError(f"--add-ignore: the reason cannot stand in a comment: {trouble}")
    if options["fixing"] or options["unsafe_fixes"]:
        raise click.UsageError("--fix first, then --add-ignore for what is left, in a run of its own")
    if options["ignore_suppressions"]:
        raise click.UsageError("--add-ignore writes the comments that --ignore-suppressions does not heed")


def _editor(options: dict[str, Any]) -> str:
    return "--fix" if options["reason"] is None else "--add-ignore"


def _edit(
    report: Report, paths: tuple[str, ...], config: Config, given: dict[str, bytes], options: dict[str, Any]
) -> tuple[Report, int]:
    """The report after the edits, and the exit code: with --diff the run's, else 2 when nothing could be written."""
    from goleaklint.cli import fix

    def again(instead: dict[str, bytes]) -> Report:
        stands = {path: instead.get(path, data) for path, data in given.items()}
        return _check(paths, config, stands, options, instead)

    if options["reason"] is None:
        fixed = fix.fix(again, report, unsafe=options["unsafe_fixes"])
    else:
        fixed = fix.add_ignores(again, report, options["reason"])
    troubles: list[str] = []
    if options["diff"]:
        terminal.write_out(fix.diff(fixed))
    elif given:
        terminal.write_out(next(iter((given | fixed.after).values())))
    else:
        troubles = fix.write(fixed)
    if not options["quiet"]:
        verb = "fixed" if options["reason"] is None else "ignored"
        text = fix.headline(fixed, verb, would=options["diff"], more=not (options["unsafe_fixes"] or options["reason"]))
        click.echo(text, err=True)
    for trouble in troubles:
        click.echo(trouble, err=True)
    if options["diff"]:
        return fixed.report, FINDINGS if fixed.after and not options["exit_zero"] else CLEAN
    if troubles:
        return again({}), BAD_USE if len(troubles) == len(fixed.after) else CLEAN
    return fixed.report, CLEAN


def exit_code(report: Report, config: Config, *, exit_zero: bool) -> int:
    """0, 1 or 2. A file that cannot be read is 2 only when that was asked for, or when there was nothing else."""
    unread = any(diagnostic.kind in _UNREAD for diagnostic in report.diagnostics)
    if unread and (config.strict_parse or not report.stats.files):
        return BAD_USE
    if any(finding.severity >= config.fail_on for finding in report.findings) and not exit_zero:
        return FINDINGS
    return CLEAN


def _check(
    paths: tuple[str, ...],
    config: Config,
    given: dict[str, bytes],
    options: dict[str, Any],
    instead: dict[str, bytes] | None = None,
) -> Report:
    from goleaklint.golang.discover import NoSuchPath

    entries = None
    if (baseline := config.baseline_file()) is not None:
        from goleaklint.cli import accepted

        entries = accepted.read(baseline)
    new = new_code.changes(options, paths) if new_code.is_asked(options) else None
    try:
        with summary.progress(quiet=options["quiet"]) as progress:
            report = driver.check_paths(
                paths,
                config=config,
                given=given,
                ignore_suppressions=options["ignore_suppressions"],
                force_exclude=options["force_exclude"],
                progress=progress,
                cache=store.directory() if options["caching"] else None,
                instead=instead,
            )
    except (CatalogError, NoSuchPath) as error:
        raise click.ClickException(str(error)) from error
    if entries is not None:
        report = accepted.without(report, entries, config, paths)
    return report if new is None else new_code.only(report, new)


def _choices(options: dict[str, Any]) -> dict[str, Any]:
    """The options that are keys of the configuration; None where one is not given."""
    here = Path.cwd()
    folders = [(here / folder).as_posix() for folder in options["folders"]]
    return {
        "select": words(options["select"]),
        "ignore": words(options["ignore"]),
        "exclude": words(options["exclude"]),
        "rules": tuple(folders) or None,
        "format": options["format_"],
        "baseline": None if options["baseline"] is None else (here / options["baseline"]).as_posix(),
        **{
            key.replace("_", "-"): options[key]
            for key in (
                "preview",
                "min_confidence",
                "fail_on",
                "gitignore",
                "tests",
                "closed_roots",
                "generated",
                "strict_parse",
                "jobs",
            )
        },
    }


def _output(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise click.UsageError(f"--output {text}: not FORMAT=PATH")
    if name not in FORMATS:
        raise click.UsageError(f"--output {text}: {name} is not one of {', '.join(FORMATS)}")
    return name, Path(path)


def _standard_input(paths: tuple[str, ...], name: str | None) -> tuple[tuple[str, ...], dict[str, bytes]]:
    """The paths, and the bytes of standard input under the name that stands for it."""
    if _STDIN not in paths:
        return paths, {}
    if len(paths) > 1:
        raise click.UsageError("standard input (-) cannot be checked together with other paths")
    if name is None:
        name = "stdin.go"
    return (name,), {name: sys.stdin.buffer.read()}
