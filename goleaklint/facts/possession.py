"""Who holds a value that a constructor gave: the calls that may give an owner, and what becomes of their result."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from goleaklint.facts import apis
from goleaklint.facts.events import GO, is_closing
from goleaklint.facts.functions import Function, Var
from goleaklint.facts.module import Module, module_with
from goleaklint.facts.obligations import alone
from goleaklint.facts.owners import goes_elsewhere, receiver_of
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.parents import parents
from goleaklint.facts.paths import Point
from goleaklint.facts.references import around_in
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.types import Ty, canonical
from goleaklint.facts.uses import Thing, Use, use_of
from goleaklint.facts.ways import Ways
from goleaklint.golang import ast
from goleaklint.golang.source import SourceFile

_FUNCTION = re.compile(rb"^func (?:\(\w* ?\*?\w+[^)]*\) )?(\w+)[^\n]*\{\n(?:.*?\n)??\}", re.MULTILINE | re.DOTALL)
_MAKES = re.compile(rb"\w\{|\bnew\(")
_STATEMENT = re.compile(rb"(?:^|[{;])[ \t]*(?:(?:if|var)[ \t]+)?(?:(\w+)(?:,[ \t]*\w+)*[ \t]*:?=[ \t]*)?[\w.]*$")
"""What may stand before the call on its line when its result is kept in a variable, or dropped."""
_RETURNS = re.compile(rb"\breturn \S")


class Holder(NamedTuple):
    """A call whose result is one value (and perhaps an error), and where that goes: `var` is None when nowhere."""

    function: Function
    stmt: ast.Stmt
    call: ast.Call
    var: Var | None
    error: ast.Expr | None


@dataclass(frozen=True, slots=True)
class _Owned(Thing):
    """A value with a package of its own that says what ends it: see `ways_out`."""

    fields: frozenset[str] = frozenset()
    facts: PackageFacts | None = None

    def selected(self, known: Bindings, selector: ast.Selector, depth: int) -> Use:
        """Looks: a method that does not end it, a field that is read."""
        name = selector.name
        call = parents(known).of(selector)
        if isinstance(call, ast.Call) and call.fun is selector:
            if name in self.release or is_closing(name):
                return Use.RELEASES
            return Use.HANDS_ON if _hands_out(known, call, self.facts) else Use.LOOKS
        if name in self.fields:
            return Use.RELEASES
        plain = self.facts is None or _is_plain_field(known, selector, self.release, self.facts)
        return Use.LOOKS if plain else Use.HANDS_ON


_OPAQUE = Thing(frozenset())
_NEAR = 160
"""Bytes after a call in which `defer x.Close()` is taken to be the next statement but one, at most."""


def _may_construct(name: bytes, body: bytes, spawners: Collection[bytes]) -> bool:
    """By its text alone: it makes something, returns something, and starts a goroutine or calls what does."""
    if name not in spawners and not any(b"." + other + b"(" in body for other in spawners):
        return False
    return _RETURNS.search(body) is not None and _MAKES.search(body) is not None


def constructors(facts: PackageFacts, file: SourceFile) -> re.Pattern[bytes] | None:
    """Matches the calls in a file that may give an owner: of its package's functions, and of the module's."""
    own = facts.memo.get("constructors")
    if own is None:
        texts = {other.path: other.data for other in facts.unit.files if not other.is_test}
        own = facts.memo["constructors"] = _names(texts)
    parts = [rb"\b(?:" + b"|".join(own) + rb")\("] if isinstance(own, list) and own else []
    for alias, path in sorted(file.imports.items()):
        module = module_with(facts, path)
        if module is None or not _is_asked(file, alias.encode()):
            continue
        names = _exported(module, path)
        if names:
            parts.append(rb"\b" + re.escape(alias.encode()) + rb"\.(?:" + b"|".join(names) + rb")\(")
    return re.compile(b"|".join(parts)) if parts else None


def _is_asked(file: SourceFile, alias: bytes) -> bool:
    """Whether a result of an imported package is kept or dropped anywhere: else it need not be read."""
    return any(True for _ in _held(file, re.compile(rb"\b" + re.escape(alias) + rb"\.[A-Z]\w*\(")))


def may_hold(file: SourceFile, pattern: re.Pattern[bytes]) -> list[int]:
    """The offsets at which a file calls a constructor and, by its text, keeps the result in a variable or drops it."""
    return list(_held(file, pattern))


def _held(file: SourceFile, pattern: re.Pattern[bytes]) -> Iterator[int]:
    data = file.data
    for match in pattern.finditer(data):
        before = _STATEMENT.search(data[data.rfind(b"\n", 0, match.start()) + 1 : match.start()])
        if before is None:
            continue
        if not (before[1] and b"defer " + before[1] + b"." in data[match.end() : match.end() + _NEAR]):
            yield match.start()


def _exported(module: Module, path: str) -> list[bytes]:
    if path not in module.memo:
        module.memo[path] = [name for name in _names(module.texts(path)) if name[:1].isupper()]
    return module.memo[path]


def _names(texts: dict[str, bytes]) -> list[bytes]:
    """Over the whole package, for the method that starts the goroutine may stand in another file."""
    if not any((b"go " in text or b".Go(" in text) and GO.search(text) for text in texts.values()):
        return []
    bodies = [(match[1], match[0]) for text in texts.values() for match in _FUNCTION.finditer(text)]
    spawners = {name for name, body in bodies if (b"go " in body or b".Go(" in body) and GO.search(body)}
    return sorted({name for name, body in bodies if _may_construct(name, body, spawners)})


def holders(known: Bindings, pattern: re.Pattern[bytes]) -> Iterator[Holder]:
    """The statements of a declaration that take the result of such a call into a variable, or drop it."""
    for function, node, targets, call in alone(known):
        if isinstance(node, ast.Return) or (isinstance(node, ast.Assign) and node.op not in ("=", ":=")):
            continue
        if not pattern.search(known.file.data, call.at, call.fun.end + 1):
            continue
        if not targets or (isinstance(targets[0], ast.Name) and targets[0].name == "_"):
            if not (known.file.is_test and len(targets) > 1):  # a test of the errors of a constructor
                yield Holder(function, node, call, None, None)
            continue
        var = known.var(targets[0])
        if var is not None and var.kind == "local" and len(var.stores) == 1 and var.function is function:
            yield Holder(function, node, call, var, targets[1] if len(targets) == 2 else None)


def ways_out(
    known: Bindings,
    holder: Holder,
    closers: Collection[str],
    fields: Collection[str],
    facts: PackageFacts | None,
    ignoring: ast.Node | None = None,
) -> list[Point]:
    """The ends of the function that are reached with the value unclosed and still in nobody else's hands.

    `closers` are methods that end it, `fields` those by which its package ends it, `facts` its package; without it
    every method is taken for a harmless one, unless its name says otherwise.
    What is inside `ignoring`, the goroutine itself, does not count.
    """
    releasing = releases(known, holder, closers, fields, facts, ignoring)
    if any(read.at < holder.stmt.at and _is_deferred(known, read) for read in releasing):
        return []
    assert holder.var is not None
    ways = Ways(known, holder.var, _OPAQUE, holder.stmt, holder.call, holder.error)
    return [point for point in ways.exits(releasing) if point.kind != "fails"]


def releases(
    known: Bindings,
    holder: Holder,
    closers: Collection[str],
    fields: Collection[str],
    facts: PackageFacts | None,
    ignoring: ast.Node | None = None,
) -> list[ast.Name]:
    """The places that close the value, or give it to somebody else who may."""
    assert holder.var is not None
    thing = _Owned(frozenset(closers), fields=frozenset(fields), facts=facts, by_type=False)
    return [
        read
        for read in holder.var.reads
        if not (ignoring is not None and ignoring.at <= read.at < ignoring.end)
        and use_of(known, read, thing) is not Use.LOOKS
    ]


def _is_deferred(known: Bindings, read: ast.Name) -> bool:
    return any(isinstance(node, ast.Defer) for node in around_in(known, read))


def _is_plain_field(known: Bindings, outer: ast.Selector, closers: Collection[str], facts: PackageFacts) -> bool:
    """Whether a field is only read, or used by a method that does not end what it is a part of."""
    if not outer.name[:1].islower() or outer.name in facts.methods_named:
        return False
    inner: ast.Node = outer
    for node in parents(known).around(outer):
        if isinstance(node, ast.Call) and node.fun is inner:
            return isinstance(inner, ast.Selector) and inner.name not in closers and not is_closing(inner.name)
        if isinstance(node, ast.Call | ast.Element | ast.Return):
            found = known.facts.field(known.type_of(outer.x), outer.name)
            return found is not None and not known.facts.is_sync_type(found[0])
        if not isinstance(node, ast.Selector | ast.Index | ast.Unary):
            return True
        inner = node
    return True


def _hands_out(known: Bindings, call: ast.Call, facts: PackageFacts | None) -> bool:
    """Whether a method gives something that may end the value (a function, the value itself), or tells others of it."""
    callee, there = known.callee(call), known.facts
    if callee is None and facts is not None and isinstance(call.fun, ast.Selector):
        named = facts.methods_named.get(call.fun.name, [])
        callee, there = named[0] if len(named) == 1 else None, facts
    if callee is None:
        return facts is not None
    for result in callee.type.results:
        written = Ty(result.type, callee.file)
        if isinstance(result.type, ast.FuncType) or canonical(written) in (callee.recv_type, *apis.CANCEL_TYPES):
            return True
    inner = bindings(there, callee)
    receiver = receiver_of(inner)
    return receiver is not None and goes_elsewhere(inner, receiver)
