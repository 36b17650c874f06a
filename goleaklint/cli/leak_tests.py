"""`dump --write-test`: regression tests in Go for what leaks, written beside the code or to a file of one's own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from goleaklint.cli import terminal
from goleaklint.correlate.regress import regressions
from goleaklint.correlate.repository import Repository
from goleaklint.dump.account import Account
from goleaklint.dump.regression import Regression
from goleaklint.report.go_test import render
from goleaklint.report.sources import visible

NAME = "goroutine_leak_test.go"


def write(target: str, accounts: Sequence[Account], repository: Repository) -> list[str]:
    """Write the tests; one line on each file for standard error. Raises ClickException, before anything is written.

    A `target` that ends in .go is one file, for the package that leaks most, or for that of its directory in the
    checkout. Any other is a directory, in which each package gets a file where it has its place in the checkout.
    """
    found = regressions(accounts, repository)
    if not found:
        raise click.ClickException(
            f"--write-test {visible(target)}: no leaking group was created in {visible(repository.root)}"
        )
    dump = ", ".join(os.path.basename(account.dump.path) for account in accounts)
    files = _one_file(target, found) if target.endswith(".go") else _by_package(target, found, repository.root)
    for path in files:
        if path.exists():
            raise click.ClickException(f"{visible(str(path))} exists; nothing is written over it")
    lines = []
    for path, tests in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            terminal.write_file(path, render(tests, dump))
        except OSError as error:
            raise click.ClickException(f"cannot write {visible(str(path))}: {error.strerror}") from None
        lines.append(_told(path, tests))
    return lines


def _one_file(target: str, found: Sequence[Regression]) -> dict[Path, list[Regression]]:
    if not target.endswith("_test.go"):
        raise click.UsageError(f"--write-test {visible(target)}: Go runs tests only of files that end in _test.go")
    path = Path(target)
    here = [each for each in found if Path(each.directory).resolve() == path.parent.resolve()]
    package = _package((here or found)[0])
    return {path: [each for each in here or found if _package(each) == package]}


def _by_package(target: str, found: Iterable[Regression], root: str) -> dict[Path, list[Regression]]:
    files: dict[Path, list[Regression]] = {}
    packages: dict[Path, tuple[str, str]] = {}
    for each in found:
        below = os.path.relpath(each.directory, root)
        if below.split(os.sep)[0] == "..":  # the checkout is a part of a module, and the package is outside of it
            below = os.path.basename(os.path.abspath(each.directory))
        path = Path(target, below, NAME)
        if packages.setdefault(path, _package(each)) != _package(each):
            path = path.with_name(f"goroutine_leak_{each.package}_test.go")
        files.setdefault(path, []).append(each)
    return files


def _package(regression: Regression) -> tuple[str, str]:
    return regression.directory, regression.package


def _told(path: Path, tests: Sequence[Regression]) -> str:
    waiting = sum(not each.call for each in tests)
    count = f"{len(tests)} test" + ("" if len(tests) == 1 else "s")
    rest = f", {waiting} of which must be given the call that creates the goroutines" if waiting else ""
    return f"wrote {visible(str(path))}: {count} for package {tests[0].package}{rest}"
