"""The command line. Each command is imported when it is called: start-up time counts in a hook."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import sys
from collections.abc import Sequence

import click

from goleaklint import __version__
from goleaklint.cli.exits import BAD_USE, CLEAN

# name -> (module, attribute, one line for --help)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "baseline": ("goleaklint.cli.baseline", "baseline", "Accept the findings of today, and see what became of them."),
    "cache": ("goleaklint.cli.cache", "cache", "Show or empty the cache of results."),
    "check": ("goleaklint.cli.check", "check", "Find goroutine leaks in Go source."),
    "completion": ("goleaklint.cli.completion", "completion", "Print the completion script of a shell."),
    "config": ("goleaklint.cli.config", "config", "Show, find and verify the configuration."),
    "confirm": ("goleaklint.cli.confirm", "confirm", "Run tests, and see which findings they show to be true."),
    "diff": ("goleaklint.cli.diff", "diff", "Compare goroutine dumps over time, or of two builds."),
    "dump": ("goleaklint.cli.dump", "dump", "Tie goroutine dumps to the source that made them."),
    "rule": ("goleaklint.cli.rules", "rule", "Explain a rule."),
    "rules": ("goleaklint.cli.rules", "rules", "List the rules."),
    "server": ("goleaklint.cli.server", "server", "Show findings in an editor, while you type."),
    "version": ("goleaklint.cli.version", "version", "Show the version."),
}


class LazyGroup(click.Group):
    """A group whose commands are named in COMMANDS and imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from goleaklint.config import did_you_mean

            near = did_you_mean(args[0], COMMANDS)
            hint = near or (f"; to check it: goleaklint check {args[0]}" if os.path.exists(args[0]) else "")
            ctx.fail(f"no such command {args[0]}{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in sorted(COMMANDS.items())])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from goleaklint.cli.usage import examples

        examples("goleaklint", formatter)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="goleaklint", message="%(prog)s %(version)s")
def group() -> None:
    """Find goroutine leaks in Go source, and tie them to goroutine dumps.

    Exit codes: 0 clean, 1 findings, 2 bad use, bad configuration or an internal error.
    """


def main(args: Sequence[str] | None = None) -> None:
    """The console script. Ends the process: 0, 1 or 2, and never with a traceback unless GOLEAKLINT_DEBUG is set."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the processes of a pool are ended, too
    gc.disable()  # until the driver knows how much there is to do
    code = run(args)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BrokenPipeError, ValueError):
            stream.flush()
    os._exit(code)  # the process ends: taking what is left apart, object by object, takes a tenth of a short run


def run(args: Sequence[str] | None = None) -> int:
    """Run one command line; return its exit code."""
    arguments = list(sys.argv[1:] if args is None else args)
    try:
        code = group.main(arguments, prog_name="goleaklint", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return BAD_USE
    except (KeyboardInterrupt, click.Abort):
        click.echo("goleaklint: interrupted", err=True)
        return BAD_USE
    except BrokenPipeError:
        from goleaklint.cli.terminal import drop_out

        drop_out()
        return BAD_USE
    except Exception as error:
        return _internal_error(error, arguments)
    return code if isinstance(code, int) else CLEAN


def _internal_error(error: Exception, arguments: Sequence[str]) -> int:
    if os.environ.get("GOLEAKLINT_DEBUG") or "-vv" in arguments:
        import traceback

        traceback.print_exception(error)
    text = str(error).partition("\n")[0]
    click.echo(f"goleaklint: internal error: {type(error).__name__}" + (f": {text}" if text else ""), err=True)
    click.echo("Set GOLEAKLINT_DEBUG=1 for the traceback, and please report it.", err=True)
    return BAD_USE
