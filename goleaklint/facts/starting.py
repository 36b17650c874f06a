"""Values whose goroutine is started by a method of theirs: `s := newServer(); s.start()`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.facts import typed
from goleaklint.facts.functions import Var
from goleaklint.facts.owners import Owner, started
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.possession import Holder, releases, ways_out
from goleaklint.facts.resolve import Bindings, bindings
from goleaklint.facts.sharing import goes_elsewhere
from goleaklint.facts.workers import made_here
from goleaklint.golang import ast
from goleaklint.golang.declarations import FuncDecl


def starts(known: Bindings, pattern: re.Pattern[bytes]) -> Iterator[tuple[Holder, Owner]]:
    """The statements that start the goroutine of a value that the function has made, and that nobody else knows."""
    data = known.file.data
    for function in known.functions:
        for node in function.own():
            match node:
                case ast.ExprStmt(x=ast.Call() as call):
                    error = None
                case ast.Assign(left=[target], right=[ast.Call() as call]):
                    error = known.var(target)
                case _:
                    continue
            if not isinstance(call.fun, ast.Selector) or not pattern.search(data, call.fun.at, call.fun.end + 1):
                continue
            var = known.var(call.fun.x)
            if var is None or var.kind != "local" or len(var.stores) != 1 or var.ranged or var.function is not function:
                continue
            holder = Holder(function, node, call, var, error)
            if not ways_out(known, holder, None):
                continue
            found = typed.callee(known, call)
            owner = started(*found) if found is not None and is_fresh(known, var) else None
            if owner is not None and not any(read.at < node.at for read in releases(known, holder, owner)):
                yield holder, owner


def is_fresh(known: Bindings, var: Var) -> bool:
    """Whether the value of a variable is one that is made for it alone."""
    if var.value is None:
        return var.type is not None and not isinstance(var.type.node, ast.PointerType)
    value = var.value.x if isinstance(var.value, ast.Unary) and var.value.op == "&" else var.value
    if isinstance(value, ast.Composite):
        return True
    if not isinstance(value, ast.Call):
        return False
    if isinstance(value.fun, ast.Name) and value.fun.name == "new" and known.var(value.fun) is None:
        return True
    found = typed.callee(known, value)
    return found is not None and _makes(*found, var.index)


def _makes(facts: PackageFacts, decl: FuncDecl, index: int) -> bool:
    """Whether each value that a function returns is made by it, and kept by nobody."""
    if decl.body is None or decl.recv is not None:
        return False
    key = ("makes", decl, index)
    if key not in facts.memo:
        facts.memo[key] = False
        known = bindings(facts, decl)
        made = {var for var in made_here(known) if not goes_elsewhere(known, var)}
        returns = [node for node in known.functions[0].own() if isinstance(node, ast.Return)]
        values = [node.values[index] if index < len(node.values) else None for node in returns]
        facts.memo[key] = any(not _is_nil(value) for value in values) and all(
            _is_nil(value) or _is_made(known, value, made) for value in values
        )
    return facts.memo[key] is True


def _is_nil(value: ast.Expr | None) -> bool:
    return isinstance(value, ast.Name) and value.name == "nil"


def _is_made(known: Bindings, value: ast.Expr | None, made: set[Var]) -> bool:
    inner = value.x if isinstance(value, ast.Unary) and value.op == "&" else value
    return isinstance(inner, ast.Composite) or known.var(inner) in made
