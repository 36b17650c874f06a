"""`goleaklint completion`: the script that makes a shell complete commands, options and their values."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from goleaklint.cli.terminal import write_out

_SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_GOLEAKLINT_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash: goleaklint completion bash > ~/.local/share/bash-completion/completions/goleaklint
    zsh:  goleaklint completion zsh > ~/.zfunc/_goleaklint   (with ~/.zfunc in fpath)
    fish: goleaklint completion fish > ~/.config/fish/completions/goleaklint.fish
    """
    from goleaklint.cli import group

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(group, {}, "goleaklint", _VARIABLE)
    # `source()` of bash would start a bash to ask for its version, which says nothing of the shell that reads this
    write_out(script.source_template % script.source_vars() + "\n")
