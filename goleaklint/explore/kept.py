"""Roots that showed nothing in an earlier run: known again while all that was read for them is as it was.

A root is told by what it looks up: functions and methods by their names, types, variables and constants of the
package. Functions are compared one by one; what else the package declares, and which methods there are, as a whole.
Where a name has come or gone that the text of a root's functions mentions, it is explored anew. Other packages have no
part in an exploration.

Only what showed nothing is kept: a stuck goroutine is found again, with all that it is told by.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from goleaklint.facts.package import PackageFacts
from goleaklint.golang.declarations import FuncDecl
from goleaklint.store import Store, digest

NOTHING, TOO_BIG = 0, 1
"""What an exploration came to: nobody is stuck, or the budget was not enough."""

_Name = tuple[str, str]


class _Row(msgspec.Struct, array_like=True):
    """What is kept of a unit: its functions, by file and name, and what each root came to by which of them."""

    functions: list[_Name]
    digests: list[bytes]
    roots: dict[str, tuple[int, list[int]]]


class Kept:
    """What is known of the roots of one unit.

    `salt` stands for the program and its settings. What was explored for some files of a package is not kept for all.
    """

    def __init__(self, store: Store, salt: bytes, facts: PackageFacts) -> None:
        self._store = store
        self._facts = facts
        self._decls = list(facts.all_funcs())
        self._texts = [digest(decl.text) for decl in self._decls]
        self._index = {decl: number for number, decl in enumerate(self._decls)}
        rest = _all_but_functions(facts)
        whole = frozenset(file.path for file in facts.unit.files)
        self._key = _key(salt, rest, facts.unit.report)
        self._found: dict[str, tuple[int, list[int]]] = {}
        self._is_new = False
        for report in dict.fromkeys((facts.unit.report, whole)):
            row = self._read(_key(salt, rest, report))
            if row is not None:
                self._found = self._still_true(row)
                break

    def outcome(self, root: str) -> int | None:
        """What a root came to, None when it is to be explored."""
        known = self._found.get(root)
        return known[0] if known is not None else None

    def note(self, root: str, outcome: int, looked_up: Collection[FuncDecl]) -> None:
        """What a root came to just now, and the functions of the package that were looked at for it."""
        self._found[root] = outcome, sorted(self._index[decl] for decl in looked_up)
        self._is_new = True

    def save(self) -> None:
        """Keep what is known for the next run."""
        if self._is_new:
            row = _Row([_name(decl) for decl in self._decls], self._texts, self._found)
            self._store.put(self._key, msgspec.msgpack.encode(row))

    def _read(self, key: bytes) -> _Row | None:
        kept = self._store.get(key)
        try:
            return msgspec.msgpack.decode(kept, type=_Row) if kept is not None else None
        except msgspec.DecodeError:
            return None

    def _still_true(self, row: _Row) -> dict[str, tuple[int, list[int]]]:
        """The roots of a row for which nothing has changed, with today's numbers of their functions."""
        today: dict[tuple[_Name, bytes], int] = {}
        for number, decl in enumerate(self._decls):
            today.setdefault((_name(decl), self._texts[number]), number)
        same = [today.get(one) for one in zip(row.functions, row.digests, strict=True)]
        strange = self._mentions_of({*row.functions} ^ {_name(decl) for decl in self._decls})
        if strange is None:
            return {}
        found: dict[str, tuple[int, list[int]]] = {}
        for root, (outcome, needs) in row.roots.items():
            numbers = [index for need in needs if (index := same[need]) is not None]
            if len(numbers) == len(needs) and strange.isdisjoint(numbers):
                found[root] = outcome, numbers
        return found

    def _mentions_of(self, names: Collection[_Name]) -> set[int] | None:
        """The functions whose text mentions one of these; None when a variable or a type of the package does."""
        if not names:
            return set()
        words = {name.rpartition(".")[2].removesuffix("[...]") for _, name in names}
        pattern = re.compile(rb"\b(?:" + b"|".join(re.escape(word.encode()) for word in sorted(words)) + rb")\b")
        for file in self._facts.unit.files:
            spans = [(one.at, one.end) for one in file.values] + [(one.at, one.end) for one in file.types]
            if any(pattern.search(file.data, at, end) for at, end in spans):
                return None
        return {number for number, decl in enumerate(self._decls) if pattern.search(decl.text)}


def kept(store: Store, salt: bytes, facts: PackageFacts) -> Kept | None:
    """What is known of a unit; None for code that could only be read in part."""
    if any(file.errors for file in facts.unit.files) or any(decl.partial for decl in facts.all_funcs()):
        return None
    return Kept(store, salt, facts)


def _name(decl: FuncDecl) -> _Name:
    return decl.file.path, decl.local_name


def _key(salt: bytes, rest: bytes, report: Collection[str]) -> bytes:
    return digest(b"roots", salt, rest, *(path.encode("utf-8", "surrogateescape") for path in sorted(report)))


def _all_but_functions(facts: PackageFacts) -> bytes:
    """Stands for all that an exploration may ask a unit, but for its functions and what is in its methods."""
    unit = facts.unit
    parts = [repr((unit.import_path, unit.module_path, unit.go_version, unit.package, unit.config)).encode()]
    for file in unit.files:
        parts += [file.path.encode("utf-8", "surrogateescape"), repr((file.imports, file.dot_imports)).encode()]
        parts += [repr((one.alias, one.type_params)).encode() + file.data[one.at : one.end] for one in file.types]
        parts.append(b"values")
        parts += [(b"const " if one.const else b"var ") + file.data[one.at : one.end] for one in file.values]
        parts.append(b"methods")
        parts += [func.local_name.encode() for func in file.funcs if func.recv_type]
    return digest(*parts)
