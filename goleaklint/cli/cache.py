"""`goleaklint cache`: where results are kept between runs, and how to be rid of them."""

from __future__ import annotations

import os

import click

from goleaklint import store
from goleaklint.cli.terminal import write_out


@click.group()
def cache() -> None:
    """Show or empty the cache of results.

    Results are kept by what they depend on: the program, the rules, the configuration and the files. A run in which
    nothing has changed reads them back. `check --no-cache` does without.
    """


@cache.command("dir")
def show_directory() -> None:
    """Print the directory of the cache. GOLEAKLINT_CACHE_DIR names another one."""
    write_out(f"{store.directory().as_posix()}\n")


@cache.command()
def clean() -> None:
    """Remove the kept results."""
    path = store.directory() / store.FILE_NAME
    try:
        size = os.stat(path).st_size
        store.remove(path)
    except FileNotFoundError:
        click.echo("nothing is kept", err=True)
    except OSError as error:
        raise click.ClickException(f"cannot remove {path.as_posix()}: {error.strerror}") from None
    else:
        click.echo(f"removed {path.as_posix()} ({size:,} bytes)", err=True)
