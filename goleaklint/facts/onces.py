"""Functions that run once, for whoever comes first: `sync.Once.Do`, `sync.OnceFunc`, and who waits for them.

Everybody who calls Do while the function runs waits for it to return (package sync, "Once.Do"), and so does everybody
who calls what OnceFunc, OnceValue or OnceValues gave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from goleaklint.facts.functions import Function
from goleaklint.facts.lock_names import Place, once_of, place_of
from goleaklint.facts.locks import locks_of
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Paths
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.model import Span

WRAPPERS = frozenset({"sync.OnceFunc", "sync.OnceValue", "sync.OnceValues"})
_WORDS = re.compile(rb"\.Do\(|\bsync\.Once(?:Func|Values?)\b")


class Site(NamedTuple):
    """A call, of Do or of a wrapper, or one that waits for the function that these were given."""

    known: Bindings
    function: Function
    call: ast.Call

    @property
    def span(self) -> Span:
        """The call, cut at the end of its first line."""
        return self.known.head(self.call)


class Once(NamedTuple):
    """A function that is given to Do, or to one of the wrappers: `place` is the Once, or what holds the wrapped one."""

    place: Place
    body: Function
    is_do: bool
    at: Site


def onces(facts: PackageFacts) -> Iterator[Once]:
    """The functions of the package, literals included, that run once, in the order of the source."""
    if not any(b"sync.Once" in file.data for file in facts.unit.files):
        return
    for decl in facts.reported_funcs(_WORDS):
        if decl.body is None:
            continue
        known = bindings(facts, decl)
        for function in known.functions:
            for node in function.own():
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                do = once_of(known, node)
                if do is None and known.api(node) not in WRAPPERS:
                    continue
                body, _ = locks_of(facts).function_of(known, node.args[0])
                if body is not None:
                    yield Once(do or _holder(known, node), body, do is not None, Site(known, function, node))


def _holder(known: Bindings, call: ast.Call) -> Place:
    """The variable or field that a wrapped function is stored in."""
    around = parents(known).of(call)
    match around:
        case ast.Assign(left=targets, right=values) | ast.VarDecl(names=targets, values=values):
            if call in values and len(targets) == len(values):
                return place_of(known, targets[values.index(call)])
        case ast.Element(key=ast.Name(name=name)):
            outer = parents(known).of(around)
            if isinstance(outer, ast.Composite) and isinstance(outer.type, ast.TypeName) and not outer.type.package:
                return Place(None, f"{outer.type.name}.{name}", name)
    return Place(None, "", "")


def sites(once: Once) -> Iterator[Site]:
    """The calls that run the function of a Once or wait for it; those in tests only where it is itself in one."""
    kind, at = once.place.kind, once.at
    if not kind:
        yield from [at] if once.is_do else []
        return
    name = once.place.kind.split(" ")[1] if " " in kind else kind.rpartition(".")[2]
    word = re.compile(b"" if kind.startswith("local ") else rb"\b" + re.escape(name.removesuffix("[]").encode()))
    for decl in [at.known.decl] if kind.startswith("local ") else at.known.facts.all_funcs(word):
        if decl.body is None or (decl.file.is_test and not at.known.file.is_test):
            continue
        known = bindings(at.known.facts, decl)
        for function in known.functions:
            for node in function.own():
                if not isinstance(node, ast.Call):
                    continue
                place = once_of(known, node) if once.is_do else _called(known, node, name)
                if place is not None and place.kind == kind:
                    yield Site(known, function, node)


def _called(known: Bindings, call: ast.Call, name: str) -> Place | None:
    fun = call.fun
    return place_of(known, fun) if isinstance(fun, ast.Name | ast.Selector) and fun.name == name else None


def is_started(site: Site) -> bool:
    """Whether a goroutine is started for the call, by `go once.Do(f)` or as the first thing that a literal does."""
    around = parents(site.known).of(site.call)
    return isinstance(around, ast.Go) or (site.function.role == "go" and not goes_on(site))


def goes_on(site: Site) -> bool:
    """Whether the function that calls has something to do when the call has come back."""
    around = parents(site.known).of(site.call)
    if isinstance(around, ast.Go | ast.Defer):
        return False
    if not isinstance(around, ast.ExprStmt):
        return True  # its value is wanted
    point = Paths(site.known, site.function).point_of.get(around)
    seen = {target for target, _ in point.next} if point is not None else set()
    stack = list(seen)
    while stack:
        after = stack.pop()
        if after.parts and not (isinstance(after.node, ast.Return) and not after.node.values):
            return True
        more = {target for target, _ in after.next} - seen
        seen |= more
        stack += more
    return False
