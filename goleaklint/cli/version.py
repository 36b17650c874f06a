"""`goleaklint version`."""

from __future__ import annotations

import click

from goleaklint import __version__


@click.command()
def version() -> None:
    """Show the version."""
    click.echo(f"goleaklint {__version__}")
