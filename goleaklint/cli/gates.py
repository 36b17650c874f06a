"""The options of `dump` and `diff` that make a regression test of them, and those of the health of a process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from goleaklint.config import Config
from goleaklint.dump.gates import Gates
from goleaklint.dump.health import Thresholds

F = TypeVar("F", bound=Callable[..., Any])

_COUNT = click.IntRange(min=0)


def gate_options(command: F) -> F:
    """`--max-goroutines`, `--max-blocked-share`, `--max-wait`, and the thresholds of the condition."""
    options = (
        click.option("--max-goroutines", type=_COUNT, metavar="N", help="Exit with 1 when a dump has more goroutines."),
        click.option(
            "--max-blocked-share",
            type=click.FloatRange(0, 100),
            metavar="PERCENT",
            help="Exit with 1 when a greater share of the goroutines is blocked on channels, locks and groups.",
        ),
        click.option(
            "--max-wait",
            type=_COUNT,
            metavar="MINUTES",
            help="Exit with 1 when a blocked goroutine has waited for longer.",
        ),
        click.option("--healthy-below", type=_COUNT, metavar="N", help="Goroutines of a healthy process (500)."),
        click.option("--suspicious-above", type=_COUNT, metavar="N", help="Goroutines of a suspicious one (5000)."),
        click.option("--long-wait", type=_COUNT, metavar="MINUTES", help="What is a long wait (10)."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def gates_of(options: dict[str, Any]) -> Gates:
    """The gates that the options ask for."""
    return Gates(
        growth=options.get("fail_on_growth"),
        goroutines=options["max_goroutines"],
        share=options["max_blocked_share"],
        wait=options["max_wait"],
    )


def thresholds_of(options: dict[str, Any], config: Config) -> Thresholds:
    """Those of the configuration's table `dump`, and the options over them."""

    def chosen(key: str, configured: int) -> int:
        given = options[key]
        return configured if given is None else int(given)

    return Thresholds(
        healthy_below=chosen("healthy_below", config.dump.healthy_below),
        suspicious_above=chosen("suspicious_above", config.dump.suspicious_above),
        long_wait=chosen("long_wait", config.dump.long_wait),
    )
