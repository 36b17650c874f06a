"""What is read of each captured dump, whole; GOLDEN=write makes it anew."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from goleaklint.dump.formats import NotADumpError, read

DUMPS = Path(__file__).parents[2] / "testdata" / "dumps"
NAMES = sorted(path.stem for path in DUMPS.glob("*.txt"))


def described(name: str) -> str:
    try:
        dump: object = read((DUMPS / f"{name}.txt").read_bytes(), f"{name}.txt")
    except NotADumpError as error:
        dump = {"not a dump": str(error)}
    return msgspec.json.format(msgspec.json.encode(dump), indent=1).decode() + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str) -> None:
    """A captured dump gives these buckets, in this order, and no others."""
    golden = DUMPS / f"{name}.golden.json"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(described(name), encoding="utf-8")
    assert described(name) == golden.read_text(encoding="utf-8")
