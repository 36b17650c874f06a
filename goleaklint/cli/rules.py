"""`goleaklint rules` and `goleaklint rule`: the catalogue, from the rule files themselves."""

from __future__ import annotations

import sys
from typing import Any

import click

from goleaklint import results
from goleaklint.catalog import Catalog, CatalogError
from goleaklint.cli import terminal
from goleaklint.cli.options import color_option, config_options, load_config
from goleaklint.cli.usage import Explained
from goleaklint.model import Rule

_folders = click.option("--rules", "folders", multiple=True, metavar="DIR", help="A folder with rules of your own.")


@click.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A line for each rule, or all of each rule.",
)
@_folders
@config_options
def rules(format_: str, **options: Any) -> None:
    """List the rules."""
    catalog = _catalog(options)
    if format_ == "json":
        import msgspec

        listed = [card(rule) for rule in catalog.rules]
        terminal.write_out(msgspec.json.format(msgspec.json.encode(listed), indent=2).decode() + "\n")
        return
    terminal.write_out(table(catalog.rules))


@click.command(cls=Explained)
@click.argument("word", metavar="CODE|NAME", required=False)
@click.option("--all", "every", is_flag=True, help="Explain every rule.")
@_folders
@config_options
@color_option
def rule(word: str | None, every: bool, **options: Any) -> None:
    """Explain a rule: why it leaks, what leaks, and how it is fixed."""
    if every == (word is not None):
        raise click.UsageError("give the code or the name of one rule, or --all")
    catalog = _catalog(options)
    try:
        chosen = catalog.rules if every else (catalog.find(word or ""),)
    except CatalogError as error:
        raise click.ClickException(str(error)) from None
    text = "\n".join(page(rule) for rule in chosen)
    look = terminal.look(sys.stdout, options["color"])
    terminal.write_out(_markdown(text, look.width) if look.color else text)


def card(rule: Rule) -> dict[str, Any]:
    """What `rules --format json` says of a rule."""
    return {
        "code": rule.code,
        "name": rule.name,
        "title": rule.title,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "waitReasons": rule.wait_reasons,
        "since": rule.since,
        "go": rule.go,
        "preview": rule.preview,
        "fixable": rule.fixable,
        "fix": rule.fix,
        "doc": rule.doc,
    }


def table(listed: tuple[Rule, ...]) -> str:
    """One line for each rule: code, name, severity, confidence, title."""
    rows = [(rule.code, rule.name, rule.severity, rule.confidence, _noted(rule)) for rule in listed]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    return "".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)), row[4]]) + "\n"
        for row in rows
    )


def page(rule: Rule) -> str:
    """The documentation of a rule, under a heading and the facts of its card."""
    return "\n".join([f"# {rule.code} {rule.name}", "", *facts(rule), "", rule.doc.strip(), ""])


def facts(rule: Rule) -> list[str]:
    """What the card of a rule says, in a line or two."""
    words = [f"severity {rule.severity}", f"confidence {rule.confidence}", f"since {rule.since}"]
    if rule.go:
        words.append(f"Go {rule.go}")
    if rule.preview:
        words.append("in preview")
    if rule.fixable:
        words.append("fixable with --fix")
    reasons = ", ".join(f"[{reason}]" for reason in rule.wait_reasons)
    return [", ".join(words), *([f"in a goroutine dump: {reasons}"] if reasons else [])]


def _noted(rule: Rule) -> str:
    return rule.title + (" (preview)" if rule.preview else "") + (" (fixable)" if rule.fixable else "")


def _catalog(options: dict[str, Any]) -> Catalog:
    folders = tuple(options["folders"])
    from pathlib import Path

    named = tuple(Path(folder).absolute().as_posix() for folder in folders) or None
    config = load_config(options["configs"], isolated=options["isolated"], options={"rules": named}).config
    try:
        return results.load_catalog(config)
    except CatalogError as error:
        raise click.ClickException(str(error)) from error


def _markdown(text: str, width: int) -> str:
    """`text` for a terminal, its code coloured."""
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(force_terminal=True, width=min(width, 100), highlight=False)
    with console.capture() as capture:
        console.print(Markdown(text))
    return capture.get()
