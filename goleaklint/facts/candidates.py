"""Calls that may give an owner, by the text of the functions they call: enough to see what is not worth reading."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from goleaklint.facts.events import GO
from goleaklint.facts.module import Module, module_with
from goleaklint.facts.package import PackageFacts
from goleaklint.golang.source import SourceFile

_FUNCTION = re.compile(rb"^func (\([^)\n]*\) )?(\w+)(?:[^\n]*\{[^\n]*\}$|.*?^\})", re.MULTILINE | re.DOTALL)
_MAKES = re.compile(rb"\w\{|\b[nN]ew\w*\(")
_STATEMENT = re.compile(
    rb"(?:^|[{;])[ \t]*(?:(?:if|var)[ \t]+)?(?:(\w+)(?:,[ \t]*\w+)*(?:[ \t]+[\w.*]+)?[ \t]*:?=[ \t]*)?[\w.]*$"
)
"""What may stand before the call on its line when its result is kept in a variable, or dropped."""
_METHODS = re.compile(rb"\.(\w+)\(")
_METHOD = re.compile(rb"\w+\(")
_CALLED = re.compile(rb"\b(\w+)\(")
_KEPT = re.compile(rb"(?:\w\.\w+[ \t]*=|\w:)[ \t]*[\w.]*$")
_RETURNS = re.compile(rb"\breturn \S")
_STARTS = re.compile(rb"^(?:[Ss]tart|[Rr]un|[Ii]nit|[Bb]egin|[Ll]aunch|[Oo]pen|[Ll]isten|[Cc]onnect|[Ss]erve|[Ww]atch)")
_MAKING = re.compile(
    rb"(?i:new|open|create|make|mk|must|start|setup|init|dial|connect|listen|build|load|default|prepare|launch)"
    rb"|\w*New"
)
"""Names of functions whose result may hold what another one made: many others call a constructor, and return."""
_NESTED = 3
"""Functions that return what such a function returns, or something that holds it."""
_NEAR = 160
"""Bytes after a call in which `defer x.Close()` is taken to be the next statement but one, at most."""


class Names(NamedTuple):
    """Of one package: functions whose result may be an owner, and methods that may make one of their receiver."""

    makers: frozenset[bytes]
    starters: frozenset[bytes]


_NONE = Names(frozenset(), frozenset())


def own_names(facts: PackageFacts) -> Names:
    """The candidates of a package, those of its tests included."""
    found = facts.memo.get("owner candidates")
    if not isinstance(found, Names):
        files = facts.unit.files
        found = _names([file.data for file in files if not file.is_test], [f.data for f in files if f.is_test])
        facts.memo["owner candidates"] = found
    return found


def names_of(module: Module, path: str) -> Names:
    """The candidates of another package of the module that others can call."""
    return module.of_texts(path, _exported)


def _exported(texts: Collection[bytes]) -> Names:
    every = _names(list(texts), [])
    return Names(
        frozenset(name for name in every.makers if name[:1].isupper()),
        frozenset(name for name in every.starters if name[:1].isupper()),
    )


def _names(texts: list[bytes], tests: list[bytes]) -> Names:
    """Over the whole package, for the method that starts the goroutine may stand in another file."""
    if not any((b"go " in text or b".Go(" in text) and GO.search(text) for text in texts):
        return _NONE
    bodies = [body for text in texts for body in _bodies(text)]
    spawners = {one.name for one in bodies if (b"go " in one.text or b".Go(" in one.text) and GO.search(one.text)}
    makers = {one.name for one in bodies if _may_construct(one, spawners)}
    starters = {one.name for one in bodies if one.receiver and one.name in spawners and _STARTS.match(one.name)}
    if makers and tests:
        bodies += [body for text in tests for body in _bodies(text)]
    makers |= _wrapping([one for one in bodies if _MAKING.match(one.name) and _RETURNS.search(one.text)], makers)
    return Names(frozenset(makers), frozenset(starters))


class _Body(NamedTuple):
    receiver: bytes | None
    name: bytes
    text: bytes


def _bodies(text: bytes) -> Iterator[_Body]:
    return (_Body(match[1], match[2], match[0]) for match in _FUNCTION.finditer(text))


def _may_construct(body: _Body, spawners: set[bytes]) -> bool:
    """By its text alone: it makes something, returns something, and starts a goroutine or calls what does."""
    if _RETURNS.search(body.text) is None or _MAKES.search(body.text) is None:
        return False
    return body.name in spawners or not spawners.isdisjoint(_METHODS.findall(body.text))


def _wrapping(bodies: list[_Body], makers: Collection[bytes]) -> set[bytes]:
    """The functions that call a maker, or one that does, and return something."""
    called = {one.name: set(_CALLED.findall(one.text, one.text.find(b"{"))) for one in bodies} if makers else {}
    found: set[bytes] = set()
    newer = set(makers)
    for _ in range(_NESTED):
        newer = {name for name, calls in called.items() if name not in found and not newer.isdisjoint(calls)}
        found |= newer
    return found


def constructors(facts: PackageFacts, file: SourceFile) -> re.Pattern[bytes] | None:
    """Matches the calls in a file that may give an owner: of its package's functions, and of the module's."""
    key = ("owner constructors", file)
    if key not in facts.memo:
        facts.memo[key] = _constructors(facts, file)
    found = facts.memo[key]
    assert found is None or isinstance(found, re.Pattern)
    return found


def _constructors(facts: PackageFacts, file: SourceFile) -> re.Pattern[bytes] | None:
    own, started = own_names(facts)
    starting = facts.memo[("owner starters", file)] = set(started)
    parts = [rb"\b(?:" + b"|".join(sorted(own)) + rb")\("] if own else []
    modules = {alias: module_with(facts, path) for alias, path in sorted(file.imports.items())}
    wanted = _asked(file, [alias.encode() for alias, module in modules.items() if module is not None])
    for alias, module in modules.items():
        if module is None or alias.encode() not in wanted:
            continue
        path = file.imports[alias]
        names, started = names_of(module, path)
        starting |= started
        if names:
            parts.append(rb"\b" + re.escape(alias.encode()) + rb"\.(?:" + b"|".join(sorted(names)) + rb")\(")
    return re.compile(b"|".join(parts)) if parts else None


def starters(facts: PackageFacts, file: SourceFile) -> re.Pattern[bytes] | None:
    """Matches the calls of methods in a file that may start the goroutine of their receiver: `server.Start(`."""
    constructors(facts, file)  # which asks the packages that are worth it
    names = facts.memo[("owner starters", file)]
    assert isinstance(names, set)
    if not names:
        return None
    return re.compile(rb"\w\.(?:" + b"|".join(sorted(names)) + rb")\(")


def _asked(file: SourceFile, aliases: list[bytes]) -> set[bytes]:
    """The imported packages of which a result is kept or dropped anywhere: the others need not be read."""
    if not aliases:
        return set()
    pattern = re.compile(rb"\b(?:" + b"|".join(map(re.escape, aliases)) + rb")\.[A-Z]\w*\(")
    calls = (at for at, before, after in _calls(file.data, pattern) if _is_held(before, after))
    return {file.data[at : file.data.index(b".", at)] for at in calls}


def placed(file: SourceFile, pattern: re.Pattern[bytes]) -> tuple[list[int], list[int]]:
    """The offsets at which a file calls a constructor and, by its text, keeps the result in a variable or drops it.

    And those at which it puts the result into a field.
    """
    held: list[int] = []
    kept: list[int] = []
    for at, before, after in _calls(file.data, pattern):
        if _is_held(before, after):
            held.append(at)
        elif _KEPT.search(before):
            kept.append(at)
    return held, kept


def _calls(data: bytes, pattern: re.Pattern[bytes]) -> Iterator[tuple[int, bytes, bytes]]:
    """Where each call starts, with what stands before it on its line, and what comes soon after it."""
    for match in pattern.finditer(data):
        yield (
            match.start(),
            data[data.rfind(b"\n", 0, match.start()) + 1 : match.start()],
            data[match.end() : match.end() + _NEAR].partition(b"\n}")[0],
        )


def _is_held(before: bytes, after: bytes) -> bool:
    statement = _STATEMENT.search(before)
    if statement is None or not statement[1]:
        return statement is not None
    _, found, rest = after.partition(b"defer " + statement[1] + b".")
    return not found or _METHOD.match(rest) is None
