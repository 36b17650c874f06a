"""The options of `goleaklint dump` and `diff` that write pictures, and what they write."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from goleaklint.cli import terminal
from goleaklint.dump.account import Account
from goleaklint.report.sources import visible

F = TypeVar("F", bound=Callable[..., Any])

_STDOUT = "-"
_OPTIONS = {
    "html": "Write a page with an interactive flame graph; it needs no network.",
    "svg": "Write the flame graph as SVG.",
    "folded": "Write folded stacks, as flamegraph.pl and inferno read them.",
    "speedscope": "Write a profile for speedscope.",
    "pprof": "Write a profile for `go tool pprof`.",
}


def picture_options(command: F) -> F:
    """`--html`, `--svg`, `--folded`, `--speedscope`, `--pprof`."""
    for name, text in reversed(_OPTIONS.items()):
        command = click.option(f"--{name}", metavar="FILE", help=text)(command)
    return command


def wanted(options: Mapping[str, Any]) -> dict[str, str]:
    """What is to be written where, by the option's name. Raises UsageError."""
    found = {name: options[name] for name in _OPTIONS if options.get(name) is not None}
    empty = next((name for name, path in found.items() if not path), None)
    if empty is not None:
        raise click.UsageError(f"--{empty} names no file; - is standard output")
    to_stdout = [name for name, path in found.items() if path == _STDOUT]
    if len(to_stdout) > 1:
        raise click.UsageError(f"--{to_stdout[0]} and --{to_stdout[1]} cannot both go to standard output")
    return found


def write(accounts: Sequence[Account], pictures: Mapping[str, str], newer: Sequence[Account] = ()) -> bool:
    """Write them all; whether one of them took standard output. With `newer`, the page is that of the comparison."""
    for name, path in pictures.items():
        content = _render(name, accounts, newer)
        if path == _STDOUT:
            if isinstance(content, bytes) and sys.stdout.isatty():
                raise click.UsageError(f"--{name} - would write a binary file to the terminal")
            terminal.write_out(content)
            continue
        try:
            terminal.write_file(Path(path), content)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            reason = getattr(error, "strerror", None) or str(error)
            raise click.ClickException(f"cannot write {visible(path)}: {reason}") from None
    return _STDOUT in pictures.values()


def _render(name: str, accounts: Sequence[Account], newer: Sequence[Account]) -> str | bytes:
    if name == "html":
        from goleaklint.report.flame import page

        return page.render_diff(accounts, newer) if newer else page.render(accounts)
    if name == "svg":
        from goleaklint.report.flame import svg

        return svg.render(accounts)
    if name == "folded":
        from goleaklint.report.flame import folded

        return folded.render(accounts)
    if name == "speedscope":
        from goleaklint.report.flame import speedscope

        return speedscope.render(accounts)
    from goleaklint.report.flame import pprof

    return pprof.render(accounts)
