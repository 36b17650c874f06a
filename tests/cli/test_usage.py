"""Help as a user reads it: headings, examples, a word on each option."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from goleaklint.cli import group, run
from goleaklint.cli.usage import EXAMPLES, SECTIONS


def commands(of: click.Group = group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(of)
    for name in of.list_commands(context):
        command = of.get_command(context, name)
        assert command is not None
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")


ALL = dict(commands())


def names(command: click.Command) -> list[str]:
    options = [one for one in command.params if isinstance(one, click.Option)]
    return [max(one.opts, key=len).removeprefix("--") for one in options]


@pytest.mark.parametrize("command", SECTIONS)
def test_headings(command: str) -> None:
    """Each option below a heading is one of the command, and stands below one heading only."""
    placed = [name for options in SECTIONS[command].values() for name in options]
    assert sorted(set(placed)) == sorted(placed)
    assert [name for name in placed if name not in names(ALL[command])] == []


@pytest.mark.parametrize("command", ALL)
def test_help_tells_of_each_option(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Help has a phrase for each option, with a capital and a full stop, and one for the command."""
    assert run([*command.split(), "--help"]) == 0
    text = capfd.readouterr().out
    options = [one for one in ALL[command].params if isinstance(one, click.Option)]
    assert [one.opts for one in options if not text.count(max(one.opts, key=len))] == []
    silent = [one.opts for one in options if not (one.help or "")[:1].isupper() or not (one.help or "").endswith(".")]
    assert silent == []
    assert (ALL[command].help or "").strip()
    assert "..." not in text.partition("Commands:")[2]  # nothing is cut off


def test_examples_are_of_commands() -> None:
    """There are examples of commands that exist only."""
    assert [name for name in EXAMPLES if name not in {*ALL, "goleaklint"}] == []


RULE_HELP = """\
Usage: goleaklint rule [OPTIONS] CODE|NAME

  Explain a rule: why it leaks, what leaks, and how it is fixed.

Options:
  --all                        Explain every rule.
  --rules DIR                  A folder with rules of your own.
  --config FILE|KEY=VALUE      A configuration file to read, or one key of it
                               with its value. Can be repeated.
  --isolated                   Read no configuration file.
  --color [auto|always|never]  Whether the output is coloured; NO_COLOR and
                               FORCE_COLOR are heeded.  [default: auto]
  -h, --help                   Show this message and exit.

Examples:
  goleaklint rule GLK101
      by code, or by name: goleaklint rule abandoned-send
"""


def test_a_whole_help(capfd: pytest.CaptureFixture[str]) -> None:
    """Usage, what it does, options, examples."""
    assert run(["rule", "--help"]) == 0
    assert capfd.readouterr().out == RULE_HELP
