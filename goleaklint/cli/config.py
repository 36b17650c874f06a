"""`goleaklint config`: what the configuration is, and where it comes from."""

from __future__ import annotations

from typing import Any

import click

from goleaklint import results
from goleaklint.catalog import CatalogError
from goleaklint.cli.options import config_options, load_config
from goleaklint.cli.terminal import write_out
from goleaklint.cli.usage import ExplainedGroup
from goleaklint.config import Config, json_schema
from goleaklint.filters import select


@click.group(cls=ExplainedGroup)
def config() -> None:
    """Show, find and verify the configuration."""


@config.command()
@config_options
def show(configs: tuple[str, ...], isolated: bool) -> None:
    """Print every key with the value it has here, as TOML."""
    loaded = load_config(configs, isolated=isolated)
    write_out(to_toml(loaded.config))


@config.command(short_help="Print the path of the configuration file that holds here.")
@config_options
def path(configs: tuple[str, ...], isolated: bool) -> None:
    """Print the path of the configuration file that holds here; nothing when there is none."""
    loaded = load_config(configs, isolated=isolated)
    if loaded.path is not None:
        write_out(f"{loaded.path.as_posix()}\n")


@config.command()
def schema() -> None:
    """Print the JSON Schema of the configuration file."""
    import msgspec

    write_out(msgspec.json.format(msgspec.json.encode(json_schema()), indent=2).decode() + "\n")


@config.command()
@config_options
def verify(configs: tuple[str, ...], isolated: bool) -> None:
    """Check the configuration file, and that the rules it names exist."""
    loaded = load_config(configs, isolated=isolated)
    try:
        catalog = results.load_catalog(loaded.config)
        select.codes_on(catalog, loaded.config)
        for words in loaded.config.per_file_ignores.values():
            for word in words:
                catalog.find(word)
    except CatalogError as error:
        raise click.ClickException(str(error)) from error


def to_toml(config: Config) -> str:
    """The configuration as a file would say it."""
    import msgspec

    values: dict[str, Any] = msgspec.to_builtins(config)
    del values["base"]
    return "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())


def _toml(value: Any) -> str:
    import json

    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value)
