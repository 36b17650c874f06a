"""From a package's directory to units: sets of files that one Go build could compile together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from goleaklint.golang.constraints import DEFAULT, Config, Constraint
from goleaklint.golang.contents import Contents, read
from goleaklint.golang.discover import PackageDir
from goleaklint.golang.header import is_loosely_generated
from goleaklint.golang.source import SourceFile, parse_file
from goleaklint.model import Diagnostic

# Without any of these no goroutine, channel, lock, context, timer or connection is in the text. Our own directives are
# in the list because a wrong one is a finding, too.
_TOKENS = re.compile(
    rb"\bchan\b|<-|\bgo[ \t]+(?:func\b|[^ \t\n/\"]*[(\[{])|\berrgroup\b"
    rb"|\b(?:sync|context|time|http|sql|exec|net)\.\w"
    rb"|\"(?:sync|context|time|iter|net|net/http|os/exec|os/signal|database/sql)\""
    rb"|goleaklint"
)


_LONG = 200_000
"""Bytes of a generated file of which only the declarations are read: tables and marshalling. A tree takes thirty times
the bytes of its file."""


@dataclass(frozen=True)
class Unit:
    """Files that are compiled together, and the paths of those whose findings are wanted.

    A package has a unit for Linux on amd64, one for its external test (`package p_test`), and one for each further
    configuration (`config`) that is needed to compile the rest of its files; a file is in the report of one unit only.
    `generated` counts the files that are left out of the report because a program wrote them.
    """

    import_path: str
    module_path: str
    go_version: tuple[int, int]
    package: str
    files: tuple[SourceFile, ...]
    report: frozenset[str]
    config: str
    generated: int = 0


@dataclass
class _Loading:
    """The files of one directory on their way to units."""

    package: PackageDir
    wanted: set[str]
    generated: set[str] = field(default_factory=set)
    constraints: dict[SourceFile, Constraint] = field(default_factory=dict)
    covered: set[SourceFile] = field(default_factory=set)


def load(
    package_dir: PackageDir,
    generated: str = "strict",
    given: Mapping[str, bytes] | None = None,
    contents: Contents | None = None,
) -> tuple[list[Unit], list[Diagnostic], int]:
    """The units of a package, what was wrong with its files, and the number of its lines.

    `generated`: whose findings are dropped: files marked by the letter of go.dev/s/generatedcode (`strict`), by
    anything that sounds like it (`lax`), or none (`lint`). `given` stands in for files on disk (an editor's,
    standard input); `contents` is what was read of them, where that has been done.
    """
    texts, troubles = contents or read(package_dir, given or {})
    diagnostics = list(troubles)
    lines = sum(data.count(b"\n") for data in texts.values())
    if not any(_TOKENS.search(data) for data in texts.values()):
        return [], diagnostics, lines
    loading = _Loading(package_dir, set(package_dir.report))
    for path, data in texts.items():
        file = parse_file(path, data)
        if file.errors:
            diagnostics.append(_partly_parsed(file))
        if _is_generated(file, generated):
            if path in loading.wanted:
                loading.generated.add(path)
            if len(data) > _LONG:
                file.forget_bodies()
        name = path.rpartition("/")[2]
        loading.constraints[file] = Constraint(name, file.build, file.uses_cgo)
    return list(_units(loading)), diagnostics, lines


def _partly_parsed(file: SourceFile) -> Diagnostic:
    count = max(file.affected, 1)
    word = "declaration" if count == 1 else "declarations"
    message = f"{count} {word} could not be parsed in full; the rest of the file is analysed"
    return Diagnostic(path=file.path, line=file.errors[0][0], kind="partly-parsed", message=message)


def _is_generated(file: SourceFile, mode: str) -> bool:
    if mode == "lint":
        return False
    return file.generated or (mode == "lax" and is_loosely_generated(file.header))


def _units(loading: _Loading) -> Iterator[Unit]:
    alone = [file for file, constraint in loading.constraints.items() if constraint.is_ignored]
    together = [file for file in loading.constraints if file not in alone]
    yield from _build(loading, together, DEFAULT)
    for file in together:
        if file in loading.covered or file.path not in loading.wanted:
            continue
        config = loading.constraints[file].config()
        if config is None:
            alone.append(file)
        else:
            yield from _build(loading, together, config)
    for file in sorted(alone, key=lambda file: file.path):
        if file.path in loading.wanted:
            yield _unit(loading, file.package, [file], "ignore" if "ignore" in file.build else "never built")


def _build(loading: _Loading, files: list[SourceFile], config: Config) -> Iterator[Unit]:
    """The packages of one configuration; a directory of broken code may hold several."""
    packages: dict[str, list[SourceFile]] = {}
    for file in files:
        if loading.constraints[file].allows(config):
            packages.setdefault(file.package, []).append(file)
    for name in sorted(packages):
        if any(file.path in loading.wanted and file not in loading.covered for file in packages[name]):
            yield _unit(loading, name, packages[name], str(config))
        loading.covered.update(packages[name])


def _unit(loading: _Loading, name: str, files: list[SourceFile], config: str) -> Unit:
    package = loading.package
    fresh = {file.path for file in files if file not in loading.covered and file.path in loading.wanted}
    number_inits(files)
    is_external_test = name.endswith("_test") and all(file.is_test for file in files)
    return Unit(
        import_path=package.import_path + "_test" * is_external_test,
        module_path=package.module_path,
        go_version=package.go_version,
        package=name,
        files=tuple(files),
        report=frozenset(fresh - loading.generated),
        config=config,
        generated=len(fresh & loading.generated),
    )


def number_inits(files: list[SourceFile]) -> None:
    """Tells each file what is compiled with it: Go counts the init functions of a package across its files.

    Tests of the package itself come behind all others (cmd/go/internal/load/test.go: GoFiles, then TestGoFiles).
    """
    inits = 0
    ordered = sorted(files, key=lambda file: file.is_test)
    for file in ordered:
        if file.together is None:
            file.together = tuple(ordered)
        for func in file.funcs:
            if func.name == "init" and func.recv is None:
                if func.init_number is None:
                    func.init_number = inits
                inits += 1
