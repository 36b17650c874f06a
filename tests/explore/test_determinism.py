"""The same findings, whatever the order of the files of a package."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from goleaklint import catalog
from goleaklint.driver import unique
from goleaklint.explore.package import Package
from goleaklint.golang.source import parse_file
from goleaklint.golang.units import Unit
from goleaklint.model import Finding

TESTDATA = Path(__file__).parent.parent.parent / "testdata"
FOLDERS = ["abandoned-send", "dead-select", "stuck-lock", "stuck-wait", "unsignalled-wait"]


def findings(folder: str, seed: int, unit: Callable[..., Unit]) -> list[Finding]:
    """All findings of a folder whose files are linked in an order of their own."""
    paths = sorted((TESTDATA / folder).glob("*.go"))
    if seed:
        random.Random(seed).shuffle(paths)
    loaded = catalog.load()
    package = Package(unit(*(parse_file(path.name, path.read_bytes()) for path in paths)))
    found = [
        finding for rule in loaded.rules if (check := loaded.check(rule.code)) is not None for finding in check(package)
    ]
    return unique(found)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_order_of_files(folder: str, unit: Callable[..., Unit]) -> None:
    """Findings, their stories and their confidence depend on the text alone."""
    expected = findings(folder, 0, unit)
    assert len(expected) >= 6
    assert [findings(folder, seed, unit) for seed in (1, 2)] == [expected] * 2
