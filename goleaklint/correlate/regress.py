"""From the leaking groups of a dump to the regression tests that would have caught them.

A test counts the goroutines that one function of the checkout created; where a helper's go statement made them
(`sync.(*WaitGroup).Go`), those that run the function of the checkout which it was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from goleaklint.correlate.repository import Repository
from goleaklint.dump.account import Account, Group, How
from goleaklint.dump.advice import is_leaking
from goleaklint.dump.goroutines import Frame
from goleaklint.dump.regression import Regression
from goleaklint.dump.symbols import split_symbol
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.source import SourceFile, parse_file

_TOP_LEVEL = re.compile(rb"^(?:func|var|const|type)\s+(\w+)", re.MULTILINE)
_GROUPED = re.compile(rb"^\t(\w+)\b", re.MULTILINE)  # in `var (`: what is nested deeper is only taken for taken
_IN_LITERAL = re.compile(r"(?:-range\d+|\.func\d+|\.\d+)+$")
_NEVER_CALLED = frozenset({"main", "init", "_"})
_LONGEST = 200


def regressions(accounts: Iterable[Account], repository: Repository) -> list[Regression]:
    """One for each creating function of each package, in the order of the groups; several groups of one are counted."""
    found: dict[tuple[str, str, bool], Regression] = {}
    for account in accounts:
        for group in filter(is_leaking, account.groups):
            regression = _regression(group, repository)
            if regression is None:
                continue
            key = (regression.directory, regression.function, regression.by_creation)
            if key in found:
                more = found[key].goroutines + regression.goroutines
                found[key] = msgspec.structs.replace(found[key], goroutines=more)
            else:
                found[key] = regression
    return list(found.values())


def _regression(group: Group, repository: Repository) -> Regression | None:
    site = group.handed_over or group.creation
    if site is None or site.how is How.LOST or not site.span.path.endswith(".go"):
        return None
    file = _parsed(site.span.path)
    if file is None or not file.package:
        return None
    line = site.span.line
    decl = next((each for each in file.funcs if _holds(file, each, line)), None)
    frame = group.bucket.stack.created_by
    by_creation = group.handed_over is None and site.how in (How.LINE, How.MOVED) and frame is not None
    if not by_creation:
        frame = _root(group, repository)
    if by_creation and frame is not None and not (decl is not None and _call(decl, file)):
        given = _given(group, frame, repository)
        if given is not None:
            frame, file, decl = given
            line, by_creation = frame.line, False
    if frame is None:
        return None
    directory = file.path.rpartition("/")[0] or "."
    return Regression(
        directory=directory,
        package=file.package,
        name=_camel(decl) if decl is not None else "Variable",
        function=_in_test(frame.function, file, repository),
        by_creation=by_creation,
        call=_call(decl, file) if decl is not None else "",
        signature=_signature(decl) if decl is not None else "",
        place=f"{file.path.rpartition('/')[2]}:{line}",
        goroutines=group.bucket.count,
        reason=group.bucket.reason,
        taken=frozenset(_taken(directory)),
    )


def _given(group: Group, creator: Frame, repository: Repository) -> tuple[Frame, SourceFile, FuncDecl] | None:
    """The outermost literal of another function, for a spawner `func start(f func()) { go func() { f() }() }`.

    Whoever handed it over is the code to run; the spawner itself is nothing to test.
    """
    spawner = _package(creator), _outer(creator.function)
    for frame in reversed(group.bucket.stack.frames):
        path = repository.file(frame)
        outer = _outer(frame.function)
        if path is None or (_package(frame), outer) == spawner or outer == split_symbol(frame.function)[1]:
            continue
        file = _parsed(path)
        decl = next((each for each in file.funcs if each.local_name == outer), None) if file is not None else None
        return (frame, file, decl) if file is not None and decl is not None else None
    return None


def _package(frame: Frame) -> str:
    return split_symbol(frame.function)[0]


def _outer(function: str) -> str:
    """The declared function that a literal is in, by its name inside the package."""
    return _IN_LITERAL.sub("", split_symbol(function)[1])


def _root(group: Group, repository: Repository) -> Frame | None:
    return next((frame for frame in reversed(group.bucket.stack.frames) if repository.file(frame) is not None), None)


def _in_test(function: str, file: SourceFile, repository: Repository) -> str:
    """The linker calls every program `main`; in its test a package has its own import path."""
    path, local = split_symbol(function)
    if path != "main":
        return function
    directory = file.path.rpartition("/")[0] or "."
    above, slash, last = repository.import_path(directory).rpartition("/")
    return f"{above}{slash}{last.replace('.', '%2e')}.{local}"


def _holds(file: SourceFile, decl: FuncDecl, line: int) -> bool:
    return file.position(decl.at)[0] <= line <= file.position(decl.end)[0]


def _call(decl: FuncDecl, file: SourceFile) -> str:
    """A statement that calls a function which needs nothing; "" for all others."""
    if decl.recv is not None or decl.type_params or decl.type.params or decl.name in _NEVER_CALLED:
        return ""
    if file.is_test or decl.partial or decl.body is None:
        return ""
    return f"{decl.name}()"


def _signature(decl: FuncDecl) -> str:
    end = decl.body.at if decl.body is not None else decl.end
    text = decl.file.data[decl.at : end].decode("utf-8", "replace")
    return " ".join(text.split())[:_LONGEST]


def _camel(decl: FuncDecl) -> str:
    words = f"{decl.recv_type} {decl.name}".split()
    return "".join(word[:1].upper() + word[1:] for word in words)


def _taken(directory: str) -> Iterator[str]:
    """Names that a test file must not declare again; a few too many do no harm."""
    for path in sorted(Path(directory).glob("*.go")):
        try:
            data = path.read_bytes()
        except OSError:
            continue
        for pattern in (_TOP_LEVEL, _GROUPED):
            yield from (match[1].decode("utf-8", "replace") for match in pattern.finditer(data))


def _parsed(path: str) -> SourceFile | None:
    try:
        data = Path(path).read_bytes()
    except OSError:
        return None
    return None if b"\0" in data[:8192] else parse_file(path, data)
