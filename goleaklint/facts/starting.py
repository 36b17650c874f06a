"""Values whose goroutine is started by a method of theirs: `s := newServer(); s.start()`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from goleaklint.facts import typed
from goleaklint.facts.owners import Owner, started
from goleaklint.facts.possession import Holder, releases, ways_out
from goleaklint.facts.resolve import Bindings
from goleaklint.facts.sharing import is_fresh
from goleaklint.golang import ast


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
