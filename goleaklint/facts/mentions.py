"""Which functions of a package name which others, by the words of their text: cheap, and more than calls.

Where only some files are reported, most of a package need not be looked at: what leads to a function has to name it. A
method is named behind a dot (`s.stop()`, `s.stop`, `T.stop`), a function without one, so that `run` and `.run` are
kept apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from goleaklint.facts.package import PackageFacts
from goleaklint.golang.declarations import FuncDecl

_WORD = re.compile(rb"[A-Za-z_]\w*")
_BEHIND_A_DOT = re.compile(rb"\.\s*([A-Za-z_]\w*)")


class Mentions:
    """The functions of one package that name a function."""

    def __init__(self, facts: PackageFacts) -> None:
        decls = list(facts.all_funcs())
        functions = {decl.name.encode() for decl in decls if decl.recv is None}
        methods = {decl.name.encode() for decl in decls if decl.recv is not None}
        self._functions: dict[bytes, list[FuncDecl]] = defaultdict(list)
        self._methods: dict[bytes, list[FuncDecl]] = defaultdict(list)
        self._report = facts.unit.report
        for decl in decls:
            for word in functions.intersection(_WORD.findall(decl.text)):
                self._functions[word].append(decl)
            for word in methods.intersection(_BEHIND_A_DOT.findall(decl.text)):
                self._methods[word].append(decl)

    def of(self, decl: FuncDecl) -> list[FuncDecl]:
        """The functions that may name this one, in file order."""
        return (self._functions if decl.recv is None else self._methods).get(decl.name.encode(), [])

    def named(self, name: str) -> list[FuncDecl]:
        """The functions that name a function or a method of that name."""
        word = name.encode()
        return [*self._functions.get(word, ()), *self._methods.get(word, ())]

    def leading_to(self, decls: Iterable[FuncDecl]) -> set[FuncDecl]:
        """These functions, and those whose execution may come to one of them.

        A test that is not reported leads to the functions of tests only: what it shows of others, few believe.
        """
        found = set(decls)
        todo = list(found)
        while todo:
            named = todo.pop()
            for caller in self.of(named):
                is_wanted = not caller.file.is_test or named.file.is_test or caller.file.path in self._report
                if caller not in found and is_wanted:
                    found.add(caller)
                    todo.append(caller)
        return found


def mentions(facts: PackageFacts) -> Mentions:
    """Those of a package, worked out once for all who ask."""
    found = facts.memo.get("mentions")
    if not isinstance(found, Mentions):
        facts.memo["mentions"] = found = Mentions(facts)
    return found
