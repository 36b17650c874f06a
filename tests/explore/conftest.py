"""Go snippets to what is stuck in them, and small automata written by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from goleaklint.explore import story
from goleaklint.explore.package import Package
from goleaklint.explore.stuck import WAITS, Stuck
from goleaklint.golang.source import SourceFile, parse_file
from goleaklint.golang.units import Unit

StuckIn = Callable[..., list[str]]

HEAD = """package p

import (
	"context"
	"errors"
	"log"
	"sync"
	"time"
)

func work() error
func use(...any)
func unknown(...any)

"""


def unit_of(*files: SourceFile) -> Unit:
    """The unit of files that are all reported."""
    return Unit(
        import_path="p",
        module_path="p",
        go_version=(1, 26),
        package="p",
        files=files,
        report=frozenset(file.path for file in files),
        config="default",
    )


def shown(stuck: Stuck, skipped: int) -> str:
    """`LINE OPERATION PRIMITIVE CONFIDENCE`; lines count from the first one of the snippet."""
    line, _ = stuck.op.place.file.position(stuck.op.place.node.at)
    kind = "select" if stuck.op.select is not None else stuck.kind
    words = [str(line - skipped), kind, story.name_of(stuck.prim), str(story.confidence_of(stuck))]
    return " ".join([*words, *(["after failure"] if stuck.only_after_failure else [])])


@pytest.fixture
def unit() -> Callable[..., Unit]:
    """Makes the unit of files that are all reported."""
    return unit_of


@pytest.fixture
def stuck_in() -> StuckIn:
    """The stuck goroutines of a snippet of declarations, in the order of the source."""

    def run(code: str, *, path: str = "p.go") -> list[str]:
        file = parse_file(path, (HEAD + code.lstrip("\n")).encode())
        assert file.errors == []
        package = Package(unit_of(file))
        found = [shown(stuck, HEAD.count("\n")) for stuck in package.stuck(WAITS | {"range"})]
        assert package.diagnostics == []
        return found

    return run
