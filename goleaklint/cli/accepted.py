"""The file of a baseline, for the commands: what is wrong with it ends them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from goleaklint import accepted
from goleaklint.accepted import Compared, compare, without
from goleaklint.cli import terminal
from goleaklint.filters import baseline
from goleaklint.filters.baseline import BaselineError, Entry

__all__ = ["Compared", "compare", "read", "without", "write"]


def read(path: Path) -> list[Entry]:
    """The entries of a baseline. Raises ClickException."""
    try:
        return accepted.read(path)
    except BaselineError as error:
        raise click.ClickException(str(error)) from None


def write(path: Path, entries: Sequence[Entry]) -> None:
    """Write a baseline, whole or not at all. Raises ClickException."""
    try:
        terminal.write_file(path, baseline.encode(entries))
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from None
