"""Options that several commands share, and the configuration they lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from goleaklint import config as configs
from goleaklint.config import ConfigError, Loaded

F = TypeVar("F", bound=Callable[..., Any])


def config_options(command: F) -> F:
    """`--config` and `--isolated`."""
    isolated = click.option("--isolated", is_flag=True, help="Read no configuration file.")
    config = click.option(
        "--config",
        "configs",
        multiple=True,
        metavar="FILE|KEY=VALUE",
        help="A configuration file to read, or one key of it with its value. Can be repeated.",
    )
    return config(isolated(command))


def color_option(command: F) -> F:
    """`--color`."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Whether the output is coloured; NO_COLOR and FORCE_COLOR are heeded.",
    )(command)


def format_option(command: F) -> F:
    """`--format` of a command that writes for people, or JSON."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(["full", "json"]),
        default="full",
        show_default=True,
        help="What to write to standard output.",
    )(command)


def quiet_option(command: F) -> F:
    """`--quiet`."""
    return click.option("-q", "--quiet", is_flag=True, help="Say nothing on standard error but errors.")(command)


def words(values: Iterable[str]) -> tuple[str, ...] | None:
    """The words of a repeatable option that also takes lists with commas; None when it is not given."""
    found = tuple(word.strip() for value in values for word in value.split(",") if word.strip())
    return found or None


def load_config(
    texts: Sequence[str], *, isolated: bool, options: Mapping[str, Any] | None = None, paths: Iterable[str] = ()
) -> Loaded:
    """The configuration from `--config` texts, the file that is found, and options that are not None.

    A text with `=` that is no file is KEY=VALUE. Raises UsageError.
    """
    files = [text for text in texts if "=" not in text or Path(text).is_file()]
    if len(files) > 1:
        raise click.UsageError(f"--config names more than one file: {', '.join(files)}")
    try:
        return configs.load(
            configs.working_directory(paths),
            file=Path(files[0]) if files else None,
            overrides=[text for text in texts if text not in files],
            options={key: value for key, value in (options or {}).items() if value is not None},
            isolated=isolated,
        )
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
