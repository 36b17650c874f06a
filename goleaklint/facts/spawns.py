"""Which functions run in goroutines of their own, and where these are started.

A goroutine is started by a go statement, by `(*sync.WaitGroup).Go` and `(*errgroup.Group).Go`, and by a function of the
package that runs what it is given in one (`s.startGoroutine(f)`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from goleaklint.facts.functions import Function
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl
from goleaklint.golang.walk import descend
from goleaklint.model import Related, Role, Span

_GO = re.compile(rb"\bgo\s|\.Go\(")
_STARTERS = frozenset({"(sync.WaitGroup).Go", "(golang.org/x/sync/errgroup.Group).Go"})
_DEEP = 3  # callers looked at to find the goroutine that a function runs in


class Spawns:
    """The go statements of a package by what they run."""

    def __init__(self, facts: PackageFacts) -> None:
        self.facts = facts
        self._literals: dict[ast.FuncLit, Span] = {}
        self._decls: dict[FuncDecl, Span] = {}
        self._starters: dict[FuncDecl, set[int]] = defaultdict(set)
        for decl in facts.all_funcs(_GO):
            if decl.body is not None:
                self._read(bindings(facts, decl))
        for decl in list(self._starters):
            self._read_starter(decl)

    def _read(self, known: Bindings) -> None:
        body = known.decl.body
        assert body is not None
        for node in descend(body):
            if isinstance(node, ast.Go):
                span = known.head(node)
                self._run(known, node.call, span)
                if isinstance(node.call, ast.Call):
                    for arg in node.call.args:
                        self._run(known, arg, span)
                self._starts_parameter(known, node)
            elif isinstance(node, ast.Call) and node.args and known.api(node) in _STARTERS:
                self._run(known, node.args[0], known.head(node))
                self._starts_parameter(known, node)

    def _run(self, known: Bindings, what: ast.Expr, span: Span) -> None:
        """A call that is started, or a function value that is."""
        fun = what.fun if isinstance(what, ast.Call) else what
        var = known.var(fun)
        if var is not None and len(var.stores) == 1:
            fun = var.value or fun
        if isinstance(fun, ast.FuncLit):
            self._literals.setdefault(fun, span)
            return
        call = what if isinstance(what, ast.Call) else ast.Call(at=what.at, end=what.end, fun=what)
        callee = known.callee(call)
        if callee is not None:
            self._decls.setdefault(callee, span)

    def _starts_parameter(self, known: Bindings, node: ast.Node) -> None:
        params = known.functions[0].params[known.decl.recv is not None :]
        for inner in descend(node):
            var = known.var(inner)
            if var is not None and var in params and var.type and isinstance(var.type.node, ast.FuncType):
                self._starters[known.decl].add(params.index(var))

    def _read_starter(self, starter: FuncDecl) -> None:
        for known, call in calls_of(self.facts, starter):
            for place in self._starters[starter]:
                if place < len(call.args):
                    self._run(known, call.args[place], known.head(call))

    def started(self, function: Function) -> Span | None:
        """Where the goroutine is started that a function runs in, looked for in a few callers; None if unknown."""
        for outer in function.enclosing():
            if outer.node is not None and outer.node in self._literals:
                return self._literals[outer.node]
            if outer.role == "defer":
                continue
        return self._started(function.decl, 0)

    def _started(self, decl: FuncDecl, depth: int) -> Span | None:
        if decl in self._decls:
            return self._decls[decl]
        if depth == _DEEP:
            return None
        for known, call in calls_of(self.facts, decl):
            for function in known.functions:
                if function.node is not None and function.node in self._literals and _holds(function, call):
                    return self._literals[function.node]
            span = self._started(known.decl, depth + 1) if known.decl is not decl else None
            if span is not None:
                return span
        return None

    def story(self, function: Function) -> Iterator[Related]:
        """The place of the go statement, for the story of a finding."""
        span = self.started(function)
        if span is not None:
            yield Related(Role.CREATION, span, "the goroutine is created here")


def calls_of(facts: PackageFacts, decl: FuncDecl) -> list[tuple[Bindings, ast.Call]]:
    """The calls of a function in its package, as far as types tell."""
    key = ("calls", decl)
    found = facts.memo.get(key)
    if isinstance(found, list):
        return found
    calls: list[tuple[Bindings, ast.Call]] = []
    facts.memo[key] = calls
    pattern = re.compile(rb"\b" + re.escape(decl.name.encode()) + rb"\(")
    for caller in facts.all_funcs(pattern):
        if caller.body is None or not pattern.search(caller.text, 1):
            continue
        known = bindings(facts, caller)
        calls += [
            (known, node) for node in descend(caller.body) if isinstance(node, ast.Call) and known.callee(node) is decl
        ]
    return calls


def spawns(facts: PackageFacts) -> Spawns:
    """The go statements of a package, read once for all rules."""
    found = facts.memo.get("spawns")
    if not isinstance(found, Spawns):
        found = facts.memo["spawns"] = Spawns(facts)
    return found


def _holds(function: Function, node: ast.Node) -> bool:
    return function.body.at <= node.at < function.body.end
