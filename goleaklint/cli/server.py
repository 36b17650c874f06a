"""`goleaklint server`: findings in an editor."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from goleaklint.cli.options import config_options
from goleaklint.cli.rules import page


@click.command()
@click.option("--stdio", is_flag=True, help="Speak on standard input and output, which it does anyway.")
@config_options
def server(stdio: bool, configs: tuple[str, ...], isolated: bool) -> int:
    """Show findings in an editor that speaks the Language Server Protocol, while you type.

    Editors start it themselves: docs/editors.md says how to set them up. It reads the configuration that holds in the
    folder of the workspace; --config and --isolated stand for every folder.
    """
    files = [text for text in configs if "=" not in text or Path(text).is_file()]
    if len(files) > 1:
        raise click.UsageError(f"--config names more than one file: {', '.join(files)}")
    for file in files:
        if not Path(file).is_file():
            raise click.UsageError(f"{file}: no such configuration file")
    try:
        from goleaklint.lsp.server import serve
        from goleaklint.lsp.worker import Settings
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "cattrs", "attrs"):
            raise
        raise click.ClickException(
            "the language server needs pygls, which comes with the extra `lsp`: pip install 'goleaklint[lsp]'"
        ) from None
    if sys.stdin.isatty():
        click.echo("goleaklint: waiting for an editor on standard input; Ctrl+C ends it", err=True)
    return serve(page, Settings(configs, isolated))
